import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEngines } from '@background-fetch/testing-engines';
import { makeCertificate } from '@background-fetch/testing-fault-server';
import { buildScripts } from './build.ts';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { type ExpectedFailure, expectedWith, type Host } from './expected-failures.ts';
import { judge, unknownTo, type Verdict } from './judge.ts';
import { printTotals, printVerdict } from './print.ts';
import { nothingInjected, polyfillInjected, Reports } from './reports.ts';
import { runPage } from './run-page.ts';
import { type Selection, select } from './select.ts';
import { Front } from './suite/front.ts';
import { listPages } from './suite/list-pages.ts';
import { startSuiteServer } from './suite/suite-server.ts';
import { exitCodeOf, type Totals, totalsOf } from './totals.ts';

process.exitCode = await main(readCommandLine()).catch((error) => {
  console.error(error);
  return 1;
});
// Sockets and browsers' pipes that are still open must not keep a finished run from ending.
process.exit();

async function main({ checkout, hosts, grep }: CommandLine): Promise<number> {
  const engines = await findEngines();
  const selection = select(await listPages(join(checkout, 'background-fetch')), grep);
  const harness = await readFile(join(checkout, 'resources', 'testharness.js'), 'utf8');
  const expected = expectedWith(harness);
  const reports = new Reports(await buildScripts());
  const certificate = await makeCertificate();
  const injected = hosts.includes('chromium, native') ? nothingInjected : polyfillInjected;
  const directory = await mkdtemp(join(tmpdir(), 'background-fetch-wpt-'));
  try {
    await using front = await Front.listen(certificate, injected, reports.answer);
    await using _server = await startSuiteServer(checkout, directory, front.ports, certificate);
    console.log(
      `${selection.pages.length} pages of ${checkout}, served by its own "wpt serve" behind a proxy`,
    );
    const totals: Totals[] = [];
    for (const host of hosts) {
      const engine = engines[host === 'chromium, native' ? 'chromium' : host];
      if (engine.present) {
        console.log(`\n${host} (${engine.version})`);
        totals.push(await runHost(host, selection, expected, front, reports));
      } else console.log(`\n${engine.hint}`);
    }
    const passed = totals.reduce((sum, one) => sum + one.passed, 0);
    const failed = totals.reduce((sum, one) => sum + one.failed, 0);
    console.log(`\n${passed} passed, ${failed} failed`);
    return exitCodeOf({ passed, failed });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function runHost(
  host: Host,
  { pages, isMeant }: Selection,
  expected: readonly ExpectedFailure[],
  front: Front,
  reports: Reports,
): Promise<Totals> {
  const verdicts: Verdict[] = [];
  for (const page of pages) {
    const report = await runPage(host, page, front, reports);
    const judged = judge(report, host, expected, isMeant);
    for (const verdict of judged) printVerdict(console.log, verdict);
    if (report.trouble === '') {
      for (const title of unknownTo(report, host, expected).filter(isMeant)) {
        console.log(`  – expected-failures.ts lists what this checkout does not have: ${title}`);
      }
    }
    verdicts.push(...judged);
  }
  printTotals(console.log, host, verdicts);
  return totalsOf(verdicts);
}
