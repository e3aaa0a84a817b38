import {
  defaultEngineOptions,
  defaultRetryPolicy,
  type EngineOptions,
  type RetryPolicy,
} from '@background-fetch/core';
import type { Traits } from './traits.ts';

/** What engines are told beyond what those of today know. */
interface Budget {
  /** requests for one origin at a time */
  readonly connectionsPerOrigin: number;
}

/** ms for which it is borne that nobody answers at an origin */
interface Patience {
  /** where somebody has answered before */
  readonly outage: number;
  /** where nobody ever has */
  readonly firstAnswer: number;
}

export type RetryTraits = RetryPolicy & Partial<Patience>;
export type EngineTraits = Partial<Omit<EngineOptions, 'retry'> & Budget> & { readonly retry?: RetryTraits };

export function budgetOf({ engine }: Traits): number {
  return { connectionsPerOrigin: 3, ...defaultEngineOptions, ...engine }.connectionsPerOrigin;
}

export function retryOf({ engine }: Traits): RetryPolicy & Patience {
  return { outage: 86_400_000, firstAnswer: 300_000, ...defaultRetryPolicy, ...engine.retry };
}
