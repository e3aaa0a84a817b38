import { launchDriven, launchUndriven } from '@background-fetch/testing-browsers';
import type { Print } from '@background-fetch/testing-command-line';
import type { FaultServer } from '@background-fetch/testing-fault-server';
import type { HostInfo, PageMessage } from '../protocol.ts';
import { nameOf, type Pass } from './command-line.ts';
import { launchNode } from './launch-node.ts';
import type { PassReport, Result } from './pass-report.ts';
import { printResult } from './print.ts';
import type { ResultsServer } from './results-server.ts';

/** ms without a result or a beginning after which the page counts as stalled */
const patience = 90_000;
/** ms without even a sign of life after which it counts as killed */
const deathPatience = 30_000;

interface Servers {
  readonly faults: FaultServer;
  readonly results: ResultsServer;
  readonly closedOrigin: string;
  /** Also what the matrix of faults needs, which is run then. */
  readonly matrix?: { readonly untrustedOrigin: string };
}

/** Runs the page in a browser; prints each behaviour as it is known. */
export async function runPass(pass: Pass, grep: string, servers: Servers, print: Print): Promise<PassReport> {
  const report = { results: [] as Result[], errors: [] as string[] };
  const onEachResult = (result: Result): void => {
    report.results.push(result);
    printResult(print, result);
  };
  let after = '';
  for (;;) {
    const page = new PageRun(onEachResult, (error) => report.errors.push(error));
    await runPage(pass, { grep, after }, servers, page);
    if (page.silence === '') {
      if (page.next === '') break;
      after = page.next;
      continue;
    }
    // Chromium's own API can end the page: that is a failure like others, and the rest is still to be run.
    if (!pass.native || page.lastTest === '' || page.lastTest === after) {
      report.errors.push(`${nameOf(pass)}: ${page.silence}`);
      break;
    }
    after = page.lastTest;
    if (!report.results.some(({ title }) => title === after)) {
      onEachResult({ type: 'result', title: after, outcome: 'failed', detail: page.silence, duration: 0 });
    } else print(`  (${page.silence}; a new one goes on)`);
  }
  if (report.results.length === 0) report.errors.push(`${nameOf(pass)} ran no behaviour at all`);
  return report;
}

async function runPage(
  pass: Pass,
  part: Pick<HostInfo, 'grep' | 'after'>,
  servers: Servers,
  page: PageRun,
): Promise<void> {
  const host: HostInfo = {
    ...pass,
    ...part,
    blobStorage: !(pass.engine === 'webkit' && pass.driven),
    results: servers.results.nextAddress(),
    crossOrigin: servers.faults.crossOrigin,
    secureOrigin: servers.faults.secureOrigin,
    untrustedOrigin: servers.matrix?.untrustedOrigin ?? '',
    closedOrigin: servers.closedOrigin,
  };
  servers.results.onMessage = (message) => page.receive(message);
  const url = `${servers.faults.origin}/conformance/page.html?host=${encodeURIComponent(JSON.stringify(host))}`;
  try {
    const browser = await launch(pass, url, servers);
    await page.ended;
    await browser.close();
  } catch (error) {
    page.fail(`${nameOf(pass)} can't be run: ${error instanceof Error ? error.stack : error}`);
  }
}

async function launch(
  { engine, driven, native }: Pass,
  url: string,
  { faults, matrix }: Servers,
): Promise<{ close(): Promise<void> }> {
  if (engine === 'node') return launchNode(url, faults.certificate);
  const launchBrowser = driven ? launchDriven : launchUndriven;
  return await launchBrowser(engine, {
    url,
    nativeBackgroundFetch: native,
    launcherTab: false,
    ...(matrix && { ignoreCertificateErrors: true, trustedOrigins: [faults.secureOrigin] }),
  });
}

/** What one page says, and when it has ended or says nothing any more. */
class PageRun {
  readonly ended: Promise<void>;
  /** The test that was begun last. */
  lastTest = '';
  /** The test after which another page is to go on, '' if there is no more to run. */
  next = '';
  /** Why the page is given up, '' if it came to its end. */
  silence = '';
  readonly #onResult: (result: Result) => void;
  readonly #onError: (error: string) => void;
  #running = 'the start of the page';
  #setEnded: () => void = () => {};
  #stall: NodeJS.Timeout | undefined;
  #death: NodeJS.Timeout | undefined;

  constructor(onResult: (result: Result) => void, onError: (error: string) => void) {
    this.#onResult = onResult;
    this.#onError = onError;
    this.ended = new Promise((resolve) => {
      this.#setEnded = resolve;
    });
    this.#progress();
  }

  receive(message: PageMessage): void {
    clearTimeout(this.#death);
    this.#death = setTimeout(() => this.#giveUp('the page died', deathPatience), deathPatience);
    if (message.type !== 'alive') this.#progress();
    if (message.type === 'begin') this.#running = message.title;
    if (message.type === 'begin' && message.kind === 'test') this.lastTest = message.title;
    if (message.type === 'result') this.#onResult(message);
    if (message.type === 'error') this.fail(`${message.detail}\nwhile it was running: ${this.#running}`);
    if (message.type !== 'end') return;
    this.next = message.last;
    this.#end();
  }

  fail(error: string): void {
    this.#onError(error);
  }

  #progress(): void {
    clearTimeout(this.#stall);
    this.#stall = setTimeout(() => this.#giveUp('the page stalled', patience), patience);
  }

  #giveUp(what: string, silentFor: number): void {
    this.silence = `${what}: no word for ${silentFor / 1000} s; it was running: ${this.#running}`;
    this.#end();
  }

  #end(): void {
    clearTimeout(this.#stall);
    clearTimeout(this.#death);
    this.#setEnded();
  }
}
