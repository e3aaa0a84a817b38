import type { HostName } from '../protocol.ts';
import type { ProcedureName } from './procedures/index.ts';

/**
 * What a background fetch came to, as it can be seen through the API:
 * - `version N`: a success whose bytes are those of version N, which the server served in this run
 * - `the bytes as they were sent`: a success with what was on the wire; the encoding is left to the app
 * - `the announced length`: a success that ends where Content-Length says
 * - `empty (STATUS)`: a success without a body
 * - `bad-status (STATUS)`: a failure whose response stays readable
 * - any other failureReason, or `refused: NAME` where `fetch()` itself rejects
 */
export type Outcome = string;

type Expected =
  | Outcome
  /** Where a host differs, and may: why. */
  | { readonly outcome: Outcome; readonly because: string }
  /** Where it can't happen, or can't be made to happen. */
  | { readonly notApplicable: string };

/** Whom a request goes to. */
export type Target =
  | 'same origin'
  | 'other origin'
  | 'trusted https'
  | 'untrusted https'
  | 'plain http taken for https'
  | 'closed port'
  | 'unknown host';

/** One row of the matrix. */
export interface Fault {
  readonly name: string;
  /** Parameters of the fault server; `size` is 300,000 bytes unless given. */
  readonly parameters?: Readonly<Record<string, string | number>>;
  readonly target?: Target;
  readonly options?: { readonly downloadTotal?: number };
  readonly expected: Outcome;
  readonly except?: Partial<Record<HostName, Expected>>;
  /** ms that the server must have been left alone for between its first two requests. */
  readonly leavesAlone?: number;
  /** What is more than one fetch of a resource: it is told a scope of its own, and says the outcome. */
  readonly procedure?: ProcedureName;
}

export interface FaultGroup {
  readonly title: string;
  readonly faults: readonly Fault[];
}

/** bytes */
export const usualSize = 300_000;

export function expectationOf(fault: Fault, host: HostName): Exclude<Expected, string> {
  const expected = fault.except?.[host] ?? fault.expected;
  return typeof expected === 'string' ? { outcome: expected, because: '' } : expected;
}

/** One entry for each browser. */
export function inBrowsers(expected: Expected): Partial<Record<HostName, Expected>> {
  return { chromium: expected, firefox: expected, webkit: expected };
}
