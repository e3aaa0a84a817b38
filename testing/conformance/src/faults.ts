import { fileURLToPath } from 'node:url';
import { browserNames, findBrowsers } from '@background-fetch/testing-browsers';
import { createCommand } from '@background-fetch/testing-command-line';
import { startFaultServer } from '@background-fetch/testing-fault-server';
import { Option } from 'commander';
import type { HostName } from './protocol.ts';
import { buildSite } from './runner/build.ts';
import { findClosedOrigin } from './runner/closed-origin.ts';
import { printPass, printTotals } from './runner/print.ts';
import { findStaleRows, type HostRun, writeReport } from './runner/report-faults.ts';
import { ResultsServer } from './runner/results-server.ts';
import { runPass } from './runner/run-pass.ts';
import { serveSite } from './runner/serve-site.ts';

const reportPath = fileURLToPath(new URL('../../../docs/reliability.md', import.meta.url));
const hostNames: readonly HostName[] = ['node', ...browserNames];

interface Options {
  readonly host: readonly HostName[];
  readonly grep: string;
  readonly report?: boolean;
}

const options = createCommand(
  'npm run faults --',
  'Fetches through every fault on every host, and fails where one does not come to the outcome that is named for it.',
)
  .addOption(new Option('--host <name...>', 'only on these').choices(hostNames).default(hostNames, 'all'))
  .addOption(new Option('--grep <text>', 'only faults whose full title contains it').default('', 'all'))
  .addOption(
    // a report of a part would remove the rest
    new Option(
      '--report',
      'write the table into docs/reliability.md, which takes all hosts and all faults',
    ).conflicts(['host', 'grep']),
  )
  .parse()
  .opts<Options>();
process.exitCode = await main(options).catch((error) => {
  console.error(error);
  return 1;
});
// Sockets and browsers' pipes that are still open must not keep a finished run from ending.
process.exit();

async function main({ host: hosts, grep, report }: Options): Promise<number> {
  const engines = await findBrowsers();
  const totals = { passed: 0, failed: 0 };
  const runs: HostRun[] = [];
  const site = await buildSite();
  const [faults, untrusted] = await Promise.all([startFaultServer(), startFaultServer()]);
  const results = await ResultsServer.listen();
  const matrix = { untrustedOrigin: untrusted.secureOrigin };
  const closedOrigin = await findClosedOrigin();
  try {
    serveSite(faults, site.directory);
    for (const host of hosts) {
      const engine = host === 'node' ? { present: true as const, version: process.version } : engines[host];
      if (!engine.present) {
        console.log(`\n${engine.hint}`);
        continue;
      }
      const pass = { engine: host, driven: false, native: false, suites: 'faults' } as const;
      printPass(console.log, pass, engine.version);
      const seen = await runPass(pass, grep, { faults, results, closedOrigin, matrix }, console.log);
      const { passed, failed } = printTotals(console.log, pass, seen);
      totals.passed += passed;
      totals.failed += failed;
      runs.push({ host, version: engine.version, report: seen });
    }
  } finally {
    await results[Symbol.asyncDispose]();
    await Promise.all([faults.close(), untrusted.close()]);
    await site[Symbol.asyncDispose]();
  }
  if (report) await writeReport(reportPath, runs);
  else if (grep === '') {
    const stale = await findStaleRows(reportPath, runs);
    for (const row of stale) console.log(`✗ docs/reliability.md: ${row}`);
    if (stale.length > 0) console.log('  "npm run faults -- --report" writes the table anew');
    totals[stale.length === 0 ? 'passed' : 'failed'] += Math.max(1, stale.length);
  }
  console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1;
}

/** A port that was just free, on loopback. */
