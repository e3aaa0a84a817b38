/** What a page tells of itself when testharness.js has completed; statuses are its numbers. */
export interface RawReport {
  readonly status: number;
  readonly message: string;
  /** whose Background Fetch the page had */
  readonly implementation: 'polyfill' | 'native' | 'none';
  readonly tests: readonly { readonly name: string; readonly status: number; readonly message: string }[];
}

/** Where it posts it, followed by the number of the run. */
export const reportPath = '/background-fetch-report/';
