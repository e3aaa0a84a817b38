import { launchDriven, launchUndriven } from '@background-fetch/testing-engines';
import type { FaultServer } from '@background-fetch/testing-fault-server';
import type { HostInfo, PageMessage } from '../protocol.ts';
import { nameOf, type Pass } from './command-line.ts';
import type { ResultsServer } from './results-server.ts';

/** ms without a word from the page after which it counts as stalled */
const patience = 90_000;

export type Result = Extract<PageMessage, { type: 'result' }>;

export interface PassReport {
  readonly results: readonly Result[];
  /** What no test caught, a stall, a browser that did not start: each fails the run. */
  readonly errors: readonly string[];
}

interface Servers {
  readonly faults: FaultServer;
  readonly results: ResultsServer;
}

/** Runs the page in a browser; `onResult` hears of each behaviour as it is known. */
export async function runPass(
  pass: Pass,
  grep: string,
  servers: Servers,
  onResult: (result: Result) => void,
): Promise<PassReport> {
  const host: HostInfo = {
    ...pass,
    blobStorage: !(pass.engine === 'webkit' && pass.driven),
    grep,
    results: servers.results.nextAddress(),
    crossOrigin: servers.faults.crossOrigin,
  };
  const report = { results: [] as Result[], errors: [] as string[] };
  const ended = listen(pass, servers.results, report, onResult);
  const url = `${servers.faults.origin}/conformance/page.html?host=${encodeURIComponent(JSON.stringify(host))}`;
  try {
    const launch = pass.driven ? launchDriven : launchUndriven;
    const browser = await launch(pass.engine, {
      url,
      nativeBackgroundFetch: pass.native,
      launcherTab: false,
    });
    await ended;
    await browser.close();
  } catch (error) {
    report.errors.push(`${nameOf(pass)} can't be run: ${error instanceof Error ? error.stack : error}`);
  }
  return report;
}

/** Collects what the page says; resolves when it has ended or says nothing for too long. */
function listen(
  pass: Pass,
  server: ResultsServer,
  report: { results: Result[]; errors: string[] },
  onResult: (result: Result) => void,
): Promise<void> {
  return new Promise((resolve) => {
    let running = 'the start of the page';
    const stall = (): void => {
      report.errors.push(`${nameOf(pass)} said nothing for ${patience / 1000} s; it was running: ${running}`);
      resolve();
    };
    let timer = setTimeout(stall, patience);
    server.onMessage = (message) => {
      clearTimeout(timer);
      timer = setTimeout(stall, patience);
      if (message.type === 'begin') running = message.title;
      if (message.type === 'error') report.errors.push(`${message.detail}\nwhile it was running: ${running}`);
      if (message.type === 'result') {
        report.results.push(message);
        onResult(message);
      }
      if (message.type !== 'end') return;
      clearTimeout(timer);
      if (report.results.length === 0) report.errors.push(`${nameOf(pass)} ran no behaviour at all`);
      resolve();
    };
  });
}
