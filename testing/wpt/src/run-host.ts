import type { Print } from '@background-fetch/testing-command-line';
import { Browsers } from './browsers.ts';
import type { ExpectedFailure, Host } from './expected-failures.ts';
import { judge, unknownTo, type Verdict } from './judge.ts';
import { printTotals, printVerdict } from './print.ts';
import type { Reports } from './reports.ts';
import { runPage } from './run-page.ts';
import type { Selection } from './select.ts';
import type { Front } from './suite/front.ts';
import type { SuiteServer } from './suite/suite-server.ts';
import { type Totals, totalsOf } from './totals.ts';

/** What is run, and what it takes. */
export interface Suite {
  readonly selection: Selection;
  readonly expected: readonly ExpectedFailure[];
  readonly front: Front;
  readonly server: SuiteServer;
  readonly reports: Reports;
  /** Whether all pages are opened in one browser. */
  readonly oneBrowser: boolean;
}

/** Runs the pages one after the other, and prints each verdict. Rejects if the suite's server ends. */
export async function runHost(host: Host, suite: Suite, print: Print): Promise<Totals> {
  const { selection, expected, front, server, reports, oneBrowser } = suite;
  await using browsers = new Browsers(host, front, reports, oneBrowser);
  const { pages, isMeant } = selection;
  const verdicts: Verdict[] = [];
  for (const page of pages) {
    const report = await Promise.race([runPage(host, page, { front, reports, browsers }), server.ended]);
    const judged = judge(report, host, expected, isMeant);
    for (const verdict of judged) printVerdict(print, verdict);
    const unknown = report.trouble === '' ? unknownTo(report, host, expected).filter(isMeant) : [];
    for (const title of unknown)
      print(`  – expected-failures.ts lists what is not in this checkout: ${title}`);
    verdicts.push(...judged);
  }
  printTotals(print, host, verdicts);
  return totalsOf(verdicts);
}
