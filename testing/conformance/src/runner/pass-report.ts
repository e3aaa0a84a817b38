import type { PageMessage } from '../protocol.ts';

export type Result = Extract<PageMessage, { type: 'result' }>;

export interface PassReport {
  readonly results: readonly Result[];
  /** What no test caught, a stall, a browser that did not start: each fails the run. */
  readonly errors: readonly string[];
}
