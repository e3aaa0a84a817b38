import type { HostName } from '../protocol.ts';
import type { Download, Outcome } from './download.ts';
import type { ProcedureName } from './procedures/index.ts';

type Expected =
  | Outcome
  /** Where a host differs, and may: why. */
  | { readonly outcome: Outcome; readonly because: string }
  /** Where it can't happen, or can't be made to happen. */
  | { readonly notApplicable: string };

/** One row of the matrix. */
export interface Fault extends Download {
  readonly name: string;
  readonly expected: Outcome;
  readonly except?: Partial<Record<HostName, Expected>>;
  /** What is more than one fetch of a resource: it is told a scope of its own, and says the outcome. */
  readonly procedure?: ProcedureName;
}

export interface FaultGroup {
  readonly title: string;
  readonly faults: readonly Fault[];
}

export function expectationOf(fault: Fault, host: HostName): Exclude<Expected, string> {
  const expected = fault.except?.[host] ?? fault.expected;
  return typeof expected === 'string' ? { outcome: expected, because: '' } : expected;
}

/** One entry for each browser. */
export function inBrowsers(expected: Expected): Partial<Record<HostName, Expected>> {
  return { chromium: expected, firefox: expected, webkit: expected };
}
