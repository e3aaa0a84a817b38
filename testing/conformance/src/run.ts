import { findBrowsers } from '@background-fetch/testing-browsers';
import { type Print, runSideBySide } from '@background-fetch/testing-command-line';
import { startFaultServer } from '@background-fetch/testing-fault-server';
import { buildSite } from './runner/build.ts';
import { findClosedOrigin } from './runner/closed-origin.ts';
import { type CommandLine, type Pass, readCommandLine } from './runner/command-line.ts';
import { compareWithExpectation } from './runner/compare-with-expectation.ts';
import type { PassReport } from './runner/pass-report.ts';
import { printPass, printTotals } from './runner/print.ts';
import { ResultsServer } from './runner/results-server.ts';
import { runPass } from './runner/run-pass.ts';
import { serveSite } from './runner/serve-site.ts';

/** Passes that run at the same time: as many as there are, since each waits for time as well as for a core. */
const atATime = 5;
const started = Date.now();
process.exitCode = await main(readCommandLine()).catch((error) => {
  console.error(error);
  return 1;
});
// Sockets and browsers' pipes that are still open must not keep a finished run from ending.
process.exit();

async function main({ passes, grep }: CommandLine): Promise<number> {
  const engines = await findBrowsers();
  const site = await buildSite();
  const run = async (pass: Pass, print: Print): Promise<{ passed: number; failed: number }> => {
    const engine =
      pass.engine === 'node' ? { present: true as const, version: process.version } : engines[pass.engine];
    if (!engine.present) {
      print(`\n${engine.hint}`);
      return { passed: 0, failed: 0 };
    }
    printPass(print, pass, engine.version);
    const report = await runWithServers(pass, grep, site.directory, print);
    return printTotals(print, pass, pass.native ? compareWithExpectation(print, report, grep) : report);
  };
  const counts = await runSideBySide(passes, atATime, console.log, run).finally(() =>
    site[Symbol.asyncDispose](),
  );
  const sum = (of: 'passed' | 'failed'): number => counts.reduce((all, { [of]: one }) => all + one, 0);
  const totals = { passed: sum('passed'), failed: sum('failed') };
  console.log(`\nin ${Math.round((Date.now() - started) / 1000)} s`);
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1;
}

/** With servers of its own: no pass sees what another one asks for. */
async function runWithServers(
  pass: Pass,
  grep: string,
  directory: string,
  print: Print,
): Promise<PassReport> {
  const faults = await startFaultServer();
  const results = await ResultsServer.listen();
  try {
    serveSite(faults, directory);
    return await runPass(pass, grep, { faults, results, closedOrigin: await findClosedOrigin() }, print);
  } finally {
    await results[Symbol.asyncDispose]();
    await faults.close();
  }
}
