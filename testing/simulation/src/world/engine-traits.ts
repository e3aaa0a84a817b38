import {
  defaultEngineOptions,
  defaultRetryPolicy,
  type EngineOptions,
  type RetryPolicy,
} from '@background-fetch/core';
import type { Traits } from './traits.ts';

/** What engines are told. */
export type EngineTraits = Partial<Omit<EngineOptions, 'retry'>> & { readonly retry?: RetryTraits };
export type RetryTraits = RetryPolicy;

/** Requests for one origin at a time. */
export function budgetOf({ engine }: Traits): number {
  return { ...defaultEngineOptions, ...engine }.connectionsPerOrigin;
}

/** As that, where bodies were over within a moment. */
export function briskBudgetOf({ engine }: Traits): number {
  return { ...defaultEngineOptions, ...engine }.briskConnectionsPerOrigin;
}

export function retryOf({ engine }: Traits): RetryPolicy {
  return { ...defaultRetryPolicy, ...engine.retry };
}
