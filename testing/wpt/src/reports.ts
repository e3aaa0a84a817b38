import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Scripts } from './build.ts';
import { type RawReport, reportPath } from './raw-report.ts';
import type { Injected } from './suite/inject.ts';

const polyfillPath = '/background-fetch-polyfill/';
const polyfillScripts = ['page', 'service-worker'] as const;

/** What is injected where the polyfill takes part, and where Chromium's own Background Fetch is left alone. */
export const polyfillInjected: Injected = {
  document: `${polyfillPath}page.js`,
  worker: `${polyfillPath}page.js`,
  'service-worker': `${polyfillPath}service-worker.js`,
};
export const nothingInjected: Injected = { document: null, worker: null, 'service-worker': null };

/** A page that registers a worker which is never unregistered, and what it asks for when it has. */
export const registeringPath = `${polyfillPath}registering.html`;
const registeredPath = `${polyfillPath}registered`;
const registering = `<!doctype html><title>Registers</title><script type="module">
  await navigator.serviceWorker.register('${polyfillPath}kept.js');
  await navigator.serviceWorker.ready;
  await fetch('${registeredPath}');
</script>`;

/** Serves our scripts, also those in the places that the suite keeps for whoever runs it, and takes reports. */
export class Reports {
  readonly #scripts = new Map<string, () => string>();
  #run = 0;
  #onReport: (report: RawReport) => void = () => {};
  #onRegistered: () => void = () => {};

  constructor(scripts: Scripts) {
    for (const name of polyfillScripts) this.#scripts.set(`${polyfillPath}${name}.js`, () => scripts[name]);
    this.#scripts.set(`${polyfillPath}kept.js`, () => '');
    this.#scripts.set('/resources/testdriver-vendor.js', () => scripts['testdriver-vendor']);
    this.#scripts.set(
      '/resources/testharnessreport.js',
      () => `const backgroundFetchRun = ${this.#run};${scripts.testharnessreport}`,
    );
  }

  /** The report of the next page that is opened; what earlier ones say is no longer heard. */
  next(): Promise<RawReport> {
    this.#run++;
    return new Promise((resolve) => {
      this.#onReport = resolve;
    });
  }

  /** Resolves when the page at `registeringPath` has registered its worker. */
  registered(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRegistered = resolve;
    });
  }

  readonly answer = (request: IncomingMessage, response: ServerResponse): boolean => {
    const path = (request.url ?? '').split('?')[0] as string;
    const script = this.#scripts.get(path)?.();
    if (script !== undefined) {
      const headers = { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'no-store' };
      response.writeHead(200, headers).end(script);
      return true;
    }
    if (path === registeringPath) {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(registering);
      return true;
    }
    if (path === registeredPath) {
      response.writeHead(204).end();
      this.#onRegistered();
      return true;
    }
    if (!path.startsWith(reportPath)) return false;
    void this.#take(request, response, path === `${reportPath}${this.#run}`);
    return true;
  };

  async #take(request: IncomingMessage, response: ServerResponse, isHeard: boolean): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.writeHead(204).end();
    const report = new URLSearchParams(Buffer.concat(chunks).toString()).get('report');
    if (isHeard && report !== null) this.#onReport(JSON.parse(report) as RawReport);
  }
}
