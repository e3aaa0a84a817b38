/** What testharness.js calls how a subtest, or its harness, came out; its numbers are their places. */
export const subtestStatuses = ['PASS', 'FAIL', 'TIMEOUT', 'NOTRUN', 'PRECONDITION_FAILED'] as const;
export const harnessStatuses = ['OK', 'ERROR', 'TIMEOUT', 'PRECONDITION_FAILED'] as const;

export interface Subtest {
  readonly name: string;
  readonly status: (typeof subtestStatuses)[number];
  /** why it is no PASS */
  readonly message: string;
}

/** What one test page came to. */
export interface PageReport {
  /** its path below background-fetch/ */
  readonly page: string;
  /** Why the page as a whole is a failure, '' if it came to its end as it should. */
  readonly trouble: string;
  readonly subtests: readonly Subtest[];
}
