import { findEngines } from '@background-fetch/testing-engines';
import { startFaultServer } from '@background-fetch/testing-fault-server';
import { buildSite } from './runner/build.ts';
import { readCommandLine, usage } from './runner/command-line.ts';
import { compareWithExpectation } from './runner/compare-with-expectation.ts';
import { printPass, printResult, printTotals } from './runner/print.ts';
import { ResultsServer } from './runner/results-server.ts';
import { runPass } from './runner/run-pass.ts';

const started = Date.now();
process.exitCode = await main(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof Error ? `${error.stack}\n\nUsage: ${usage}` : error);
  return 1;
});
// Sockets and browsers' pipes that are still open must not keep a finished run from ending.
process.exit();

async function main(args: readonly string[]): Promise<number> {
  const { passes, grep } = readCommandLine(args);
  const engines = await findEngines();
  const site = await buildSite();
  const faults = await startFaultServer();
  const results = await ResultsServer.listen();
  const totals = { passed: 0, failed: 0 };
  try {
    faults.serveDirectory('/conformance/', site.directory);
    for (const pass of passes) {
      const engine =
        pass.engine === 'node' ? { present: true as const, version: process.version } : engines[pass.engine];
      if (!engine.present) {
        console.log(`\n${engine.hint}`);
        continue;
      }
      printPass(pass, engine.version);
      const report = await runPass(pass, grep, { faults, results }, (result) => printResult(result));
      const compared = pass.native ? compareWithExpectation(report, grep) : report;
      const { passed, failed } = printTotals(pass, compared);
      totals.passed += passed;
      totals.failed += failed;
    }
  } finally {
    await results[Symbol.asyncDispose]();
    await faults.close();
    await site[Symbol.asyncDispose]();
  }
  console.log(`\nin ${Math.round((Date.now() - started) / 1000)} s`);
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1;
}
