import type { BrowserName } from '@background-fetch/testing-browsers';

/** Where the suite runs: the polyfill in an engine, or Chromium's own Background Fetch. */
export type Host = BrowserName | 'chromium, native';

/** Subtests of one page that fail for one reason. */
export interface ExpectedFailure {
  /** its path below background-fetch/ */
  readonly page: string;
  readonly hosts: readonly Host[];
  readonly reason: string;
  readonly subtests: readonly string[];
  /** Only in checkouts whose testharness.js has this function, or has it not: the suite changes. Default: in all. */
  readonly harness?: { readonly has: string } | { readonly lacks: string };
}

/** In the place of a subtest: the page does not come to its end. */
export const wholePage = '';

const polyfill: readonly Host[] = ['chromium', 'firefox', 'webkit'];
const everywhere: readonly Host[] = [...polyfill, 'chromium, native'];
const fetchPage = 'fetch.https.window.html';
const quota = ['Background Fetch that exceeds the quota throws a QuotaExceededError'];
/** What asserts the interface QuotaExceededError, where older suites assert a DOMException of that name. */
const quotaAssertion = 'promise_rejects_quotaexceedederror';

/** What does not pass, with the reason. A run fails where one of these passes, and where anything else does not. */
export const expectedFailures: readonly ExpectedFailure[] = [
  {
    page: fetchPage,
    hosts: everywhere,
    reason:
      'it sends to https://example/com, and there is no host of the name "example" that would answer its preflight',
    subtests: [
      'Requests with PUT method require CORS Preflight and succeed.',
      'Requests with text/json content type require CORS Preflight and succeed.',
    ],
  },
  {
    page: fetchPage,
    hosts: polyfill,
    reason:
      "the suite's server answers 404 with a body, which stays readable here and is dropped in Chromium's own Background Fetch",
    subtests: ['Using Background Fetch to fetch a non-existent resource should fail.'],
  },
  {
    page: fetchPage,
    hosts: ['webkit'],
    reason: 'WebKitGTK has no navigator.storage.estimate(), so that nobody knows how much room there is',
    subtests: quota,
  },
  {
    page: fetchPage,
    hosts: ['firefox'],
    reason: 'Firefox has no interface QuotaExceededError, which this version of the suite asks for',
    subtests: quota,
    harness: { has: quotaAssertion },
  },
  {
    page: fetchPage,
    hosts: ['chromium', 'chromium, native'],
    reason:
      'it is a QuotaExceededError as Chromium has it today; this version of the suite asks for a DOMException and no interface derived from it',
    subtests: quota,
    harness: { lacks: quotaAssertion },
  },
  {
    page: fetchPage,
    hosts: ['chromium, native'],
    reason:
      'http: is no mixed content at localhost, where this command serves the suite, and Chromium goes on trying a port that speaks only TLS until the harness gives up and runs nothing more',
    subtests: [
      'Fetches with mixed content should fail.',
      'Responses failing CORS checks are not leaked',
      wholePage,
    ],
  },
];

/** Those that hold for a checkout with this testharness.js. */
export function expectedWith(harness: string, all = expectedFailures): readonly ExpectedFailure[] {
  return all.filter(({ harness: needed }) => {
    if (!needed) return true;
    return 'has' in needed ? harness.includes(needed.has) : !harness.includes(needed.lacks);
  });
}
