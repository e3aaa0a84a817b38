import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowsers } from '@background-fetch/testing-browsers';
import { makeCertificate } from '@background-fetch/testing-fault-server';
import { buildScripts } from './build.ts';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { expectedWith } from './expected-failures.ts';
import { nothingInjected, polyfillInjected, Reports } from './reports.ts';
import { runHost } from './run-host.ts';
import { select } from './select.ts';
import { Front } from './suite/front.ts';
import { listPages } from './suite/list-pages.ts';
import { startSuiteServer } from './suite/suite-server.ts';
import { exitCodeOf, type Totals } from './totals.ts';

process.exitCode = await main(readCommandLine()).catch((error) => {
  console.error(error);
  return 1;
});
// Sockets and browsers' pipes that are still open must not keep a finished run from ending.
process.exit();

async function main({ checkout, hosts, grep, oneBrowser }: CommandLine): Promise<number> {
  const engines = await findBrowsers();
  const selection = select(await listPages(join(checkout, 'background-fetch')), grep);
  const expected = expectedWith(await readFile(join(checkout, 'resources', 'testharness.js'), 'utf8'));
  const reports = new Reports(await buildScripts());
  const certificate = await makeCertificate();
  const injected = hosts.includes('chromium, native') ? nothingInjected : polyfillInjected;
  const directory = await mkdtemp(join(tmpdir(), 'background-fetch-wpt-'));
  try {
    await using front = await Front.listen(certificate, injected, reports.answer);
    await using server = await startSuiteServer(checkout, directory, front.ports, certificate);
    console.log(
      `${selection.pages.length} pages of ${checkout}, served by its own "wpt serve" behind a proxy`,
    );
    const suite = { selection, expected, front, server, reports, oneBrowser };
    const totals: Totals[] = [];
    for (const host of hosts) {
      const engine = engines[host === 'chromium, native' ? 'chromium' : host];
      if (engine.present) {
        console.log(`\n${host} (${engine.version})`);
        totals.push(await runHost(host, suite, console.log));
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
