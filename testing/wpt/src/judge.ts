import { type ExpectedFailure, type Host, wholePage } from './expected-failures.ts';
import type { PageReport, Subtest } from './page-report.ts';

const titleSeparator = ' › ';

/** How one subtest, or a page as a whole, compares with what is expected of it. */
export interface Verdict {
  readonly title: string;
  readonly asExpected: boolean;
  /** why it failed, as expected or not; '' of what passed as expected */
  readonly detail: string;
}

/**
 * Compares a page with what is expected of it: every subtest passes, but for those listed for this host, which must
 * not. A page that did not come to its end is a verdict of its own.
 * @param isMeant which subtests count, by their titles
 */
export function judge(
  report: PageReport,
  host: Host,
  expectedFailures: readonly ExpectedFailure[],
  isMeant: (title: string) => boolean = () => true,
): Verdict[] {
  const meant = report.subtests.filter(({ name }) => isMeant(titleOf(report.page, name)));
  const troubled: Subtest[] =
    report.trouble === '' ? [] : [{ name: wholePage, status: 'FAIL', message: report.trouble }];
  return [...meant, ...troubled].map((subtest) => judgeSubtest(report.page, subtest, host, expectedFailures));
}

/** What is listed for a page and host, and which the page does not have: another version of the suite, or a wrong name. */
export function unknownTo(
  { page, subtests }: PageReport,
  host: Host,
  expectedFailures: readonly ExpectedFailure[],
): string[] {
  const names = new Set(subtests.map(({ name }) => name));
  return expectedFailures
    .filter((one) => one.page === page && one.hosts.includes(host))
    .flatMap((one) => one.subtests)
    .filter((name) => name !== wholePage && !names.has(name))
    .map((name) => titleOf(page, name));
}

export function titleOf(page: string, subtest: string): string {
  return subtest === wholePage ? page : `${page}${titleSeparator}${subtest}`;
}

function judgeSubtest(
  page: string,
  { name, status, message }: Subtest,
  host: Host,
  expectedFailures: readonly ExpectedFailure[],
): Verdict {
  const title = titleOf(page, name);
  const expected = expectedFailures.find(
    (one) => one.page === page && one.hosts.includes(host) && one.subtests.includes(name),
  );
  if (status === 'PASS') {
    return expected
      ? { title, asExpected: false, detail: `passes, and was expected to fail: ${expected.reason}` }
      : { title, asExpected: true, detail: '' };
  }
  return expected
    ? { title, asExpected: true, detail: expected.reason }
    : { title, asExpected: false, detail: name === wholePage ? message : `${status}: ${message}` };
}
