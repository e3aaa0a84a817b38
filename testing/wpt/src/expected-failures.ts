import type { EngineName } from '@background-fetch/testing-engines';

/** Where the suite runs: the polyfill in an engine, or Chromium's own Background Fetch. */
export type Host = EngineName | 'chromium, native';

/** Subtests of one page that fail for one reason. */
export interface ExpectedFailure {
  /** its path below background-fetch/ */
  readonly page: string;
  readonly hosts: readonly Host[];
  readonly reason: string;
  readonly subtests: readonly string[];
}

/** What does not pass, with the reason. A run fails where one of these passes, and where anything else does not. */
export const expectedFailures: readonly ExpectedFailure[] = [];
