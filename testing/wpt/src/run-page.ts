import type { UndrivenBrowser } from '@background-fetch/testing-browsers';
import type { Browsers } from './browsers.ts';
import type { Host } from './expected-failures.ts';
import { harnessStatuses, type PageReport, subtestStatuses } from './page-report.ts';
import type { RawReport } from './raw-report.ts';
import type { Reports } from './reports.ts';
import type { Front } from './suite/front.ts';
import type { TestPage } from './suite/list-pages.ts';

/** ms for a page, from the launch of its browser to its report: more than testharness.js gives the longest */
const pagePatience = 300_000;

/** Runs a page. Its browser is left whatever becomes of it. */
export async function runPage(
  host: Host,
  page: TestPage,
  { front, reports, browsers }: { front: Front; reports: Reports; browsers: Browsers },
): Promise<PageReport> {
  const report = reports.next();
  let browser: UndrivenBrowser | undefined;
  let result: PageReport | undefined;
  try {
    browser = await browsers.open(`${front.origin(page.secure)}/background-fetch/${page.name}`);
    result = await awaitReport(page.name, host, { report, ended: browser.ended, patience: pagePatience });
    return result;
  } catch (error) {
    return withoutReport(page.name, `could not be opened: ${error instanceof Error ? error.message : error}`);
  } finally {
    await browsers.leave(browser, result?.trouble === '');
  }
}

interface Running {
  readonly report: Promise<RawReport>;
  /** rejects when the browser ends */
  readonly ended: Promise<never>;
  /** ms */
  readonly patience: number;
}

/** The first of: the page's report, the end of its browser, the end of our patience. */
export async function awaitReport(
  page: string,
  host: Host,
  { report, ended, patience }: Running,
): Promise<PageReport> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PageReport>((resolve) => {
    timer = setTimeout(() => {
      resolve(withoutReport(page, `gave no report within ${patience / 1000} s; its browser was killed`));
    }, patience);
  });
  const died = ended.catch((error: Error) => withoutReport(page, `lost its browser: ${error.message}`));
  return await Promise.race([report.then((raw) => readReport(page, host, raw)), died, late]).finally(() =>
    clearTimeout(timer),
  );
}

function readReport(
  page: string,
  host: Host,
  { status, message, implementation, tests }: RawReport,
): PageReport {
  const subtests = tests.map((test) => {
    const name = subtestStatuses[test.status];
    if (name === undefined) throw new Error(`testharness.js has a status ${test.status}, unknown here`);
    return { name: test.name, status: name, message: test.message };
  });
  return { page, subtests, trouble: troubleOf(status, message, implementation, host, tests.length) };
}

function troubleOf(
  status: number,
  message: string,
  implementation: RawReport['implementation'],
  host: Host,
  count: number,
): string {
  const expected = host === 'chromium, native' ? 'native' : 'polyfill';
  if (implementation !== expected) return `tested another implementation: ${implementation}`;
  if (status !== 0) return `did not come to its end: ${harnessStatuses[status] ?? status}: ${message}`;
  return count === 0 ? 'has no subtests' : '';
}

function withoutReport(page: string, trouble: string): PageReport {
  return { page, trouble, subtests: [] };
}
