import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Browser,
  type BrowserName,
  createRemoteControl,
  launchUndriven,
  type RemoteControl,
} from '@background-fetch/testing-browsers';
import { type BodyServer, startBodyServer } from './body-server/start-body-server.ts';
import { buildSite } from './site.ts';
import type { Measured, Operation, Workload } from './workload.ts';

/** ms; nothing that is measured here takes nearly as long */
const operationTimeout = 120_000;

/** A script from another origin, as the control's is, has no base URL. */
function importing(script: string): string {
  return `import(new URL('/${script}.js', location.href).href)`;
}

const importMeasure = importing('measure');

/** What all measurements share: the built page, its server, and the control of its pages. */
export interface Bench extends AsyncDisposable {
  readonly server: BodyServer;
  /** Starts a browser on the page; resolves when it is ready to measure. */
  open(engine: BrowserName): Promise<BenchPage>;
  /** The same with the page's other script. */
  openForLoad(engine: BrowserName): Promise<ScriptedPage>;
  /** The same with the one that reads. */
  openForReading(engine: BrowserName): Promise<ScriptedPage>;
}

/** The page with a script whose functions are called one by one. */
export interface ScriptedPage extends AsyncDisposable {
  readonly browser: Browser;
  /** Calls what its script exports under this name. */
  call<T>(name: string, ...args: readonly unknown[]): Promise<T>;
}

/** The page in a fresh browser of its own. */
export interface BenchPage extends AsyncDisposable {
  readonly browser: Browser;
  measure(operation: Operation, workload: Workload): Promise<Measured>;
}

/** @param engineOptions what the worker configures the polyfill's engine with, as JSON */
export async function setUpBench(engineOptions: string | undefined): Promise<Bench> {
  const control = createRemoteControl();
  control.onPageError = ({ error }) => console.error(error);
  const pages = await serveControl(control);
  const site = await buildSite(pages.origin + control.script);
  const server = await startBodyServer(site.directory);
  return {
    server,
    open: (engine) => openPage(engine, control, server, engineOptions),
    openForLoad: (engine) => openScriptedPage(engine, control, server, 'load'),
    openForReading: (engine) => openScriptedPage(engine, control, server, 'reading'),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
      pages.close();
    },
  };
}

async function serveControl(control: RemoteControl): Promise<{ origin: string; close(): void }> {
  const server = createServer((request, response) => void control.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, close: () => server.closeAllConnections() ?? server.close() };
}

async function openPage(
  engine: BrowserName,
  control: RemoteControl,
  server: BodyServer,
  engineOptions: string | undefined,
): Promise<BenchPage> {
  const query = engineOptions ? `?${new URLSearchParams({ options: engineOptions })}` : '';
  const url = `${server.origin}/page.html${query}`;
  const browser = await launchUndriven(engine, { url, nativeBackgroundFetch: true });
  try {
    const page = await control.waitForPage();
    await page.run(`await ${importMeasure}`);
    return {
      browser,
      measure: (operation, workload) =>
        within(
          page.run<Measured>(`return (await ${importMeasure}).measure(...args)`, operation, workload),
          () => page.run<string>(`return (await ${importMeasure}).describeUnfinished()`),
        ),
      [Symbol.asyncDispose]: () => browser.close(),
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function openScriptedPage(
  engine: BrowserName,
  control: RemoteControl,
  server: BodyServer,
  script: string,
): Promise<ScriptedPage> {
  const browser = await launchUndriven(engine, { url: `${server.origin}/page.html` });
  try {
    const page = await control.waitForPage();
    await page.run(`await ${importing(script)}`);
    return {
      browser,
      call: (name, ...args) =>
        page.run(
          `const [name, ...rest] = args; return (await ${importing(script)})[name](...rest)`,
          name,
          ...args,
        ),
      [Symbol.asyncDispose]: () => browser.close(),
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** An operation that does not end in time. */
export class UnfinishedError extends Error {
  override readonly name = 'UnfinishedError';
}

async function within<T>(work: Promise<T>, describe: () => Promise<string>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(async () => {
      const state = await describe().catch(String);
      reject(new UnfinishedError(`It did not end within ${operationTimeout / 1000} s: ${state}`));
    }, operationTimeout);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
