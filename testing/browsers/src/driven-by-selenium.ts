import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Builder, Capabilities, type WebDriver } from 'selenium-webdriver';
import type { DrivenBrowser, LaunchOptions } from './browser.ts';
import { BrowserProcess } from './browser-process.ts';
import { engineEnvironment } from './command-line.ts';
import { findCommand, requireEngine } from './find-browsers.ts';
import { prepareProfile, removeProfile } from './profile.ts';

const launchTimeout = 120_000;
/** A suite's evaluation may take as long as the suite. */
const scriptTimeout = 1_800_000;
const closePatience = 15_000;

/** Starts WebKitGTK's MiniBrowser through a WebKitWebDriver of its own, since each serves one session only. */
export async function launchSelenium(options: LaunchOptions): Promise<DrivenBrowser> {
  const binary = await requireEngine('webkit');
  const command = await findCommand(['WebKitWebDriver']);
  if (!command)
    throw new Error("Can't drive webkit: WebKitWebDriver is not on the PATH; install webkit2gtk-driver");
  const profile = await prepareProfile('webkit', options);
  const port = await freePort();
  const process = new BrowserProcess(
    command,
    [`--port=${port}`, '--host=127.0.0.1'],
    await engineEnvironment('webkit', profile, options),
  );
  const server = `http://127.0.0.1:${port}`;
  await process.started(waitUntilReady(server), launchTimeout);
  const driver = await process.started(startSession(server, binary, options), launchTimeout);
  return seleniumBrowser(profile, driver, process, options);
}

async function startSession(server: string, binary: string, options: LaunchOptions): Promise<WebDriver> {
  const capabilities = new Capabilities({
    browserName: 'MiniBrowser',
    acceptInsecureCerts: options.ignoreCertificateErrors ?? false,
    'webkitgtk:browserOptions': { binary, args: ['--automation'] },
  });
  const driver = await new Builder().usingServer(server).withCapabilities(capabilities).build();
  await driver.manage().setTimeouts({ script: scriptTimeout, pageLoad: launchTimeout });
  await driver.get(options.url);
  return driver;
}

function seleniumBrowser(
  profile: string,
  driver: WebDriver,
  { tree }: BrowserProcess,
  options: LaunchOptions,
): DrivenBrowser {
  return {
    engine: 'webkit',
    profile,
    pid: tree.pid,
    async open(url) {
      const first = await driver.getWindowHandle();
      await driver.switchTo().newWindow('tab');
      await driver.get(url);
      await driver.switchTo().window(first);
    },
    evaluate: (expression) => evaluate(driver, expression),
    async screenshot(path) {
      await writeFile(path, await driver.takeScreenshot(), 'base64');
    },
    goto: (url) => driver.get(url),
    kill: () => tree.kill(),
    async close() {
      const quitting = driver.quit().catch(() => {});
      await Promise.race([quitting, tree.waitForEnd(closePatience)]);
      await tree.end(closePatience);
      if (!options.keepProfile) await removeProfile(profile);
    },
    processIds: () => tree.processIds(),
    memory: () => tree.memory(),
  };
}

/** WebDriver scripts can't reject, so the outcome travels as a value. */
async function evaluate<T>(driver: WebDriver, expression: string): Promise<T> {
  const script = `
    const [expression, done] = arguments;
    Promise.resolve().then(() => (0, eval)(expression)).then(
      (value) => done({ value }),
      (error) => done({ error: { name: String(error?.name ?? 'Error'), message: String(error?.message ?? error) } }),
    );`;
  type Outcome = { value: T; error?: undefined } | { error: { name: string; message: string } };
  const outcome = await driver.executeAsyncScript<Outcome>(script, expression);
  if (!outcome.error) return outcome.value;
  const error = new Error(outcome.error.message);
  error.name = outcome.error.name;
  throw error;
}

async function waitUntilReady(server: string): Promise<void> {
  const deadline = Date.now() + launchTimeout;
  while (Date.now() < deadline) {
    const response = await fetch(`${server}/status`).catch(() => undefined);
    if (response?.ok) return;
    await delay(50);
  }
  throw new Error(`WebKitWebDriver does not answer on ${server}`);
}

/** WebKitWebDriver wants to be told its port. Another process may take it meanwhile; then starting fails loudly. */
function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
