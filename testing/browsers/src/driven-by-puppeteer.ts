import { randomUUID } from 'node:crypto';
import puppeteer, { type Page, type Browser as PuppeteerBrowser } from 'puppeteer-core';
import type { DrivenBrowser, LaunchOptions } from './browser.ts';
import { markedEnvironment } from './browser-process.ts';
import { chromiumArguments, engineEnvironment } from './command-line.ts';
import { requireEngine } from './find-browsers.ts';
import { ProcessTree } from './process-tree.ts';
import { firefoxPreferences, prepareProfile, removeProfile } from './profile.ts';

const launchTimeout = 120_000;
/** A suite's evaluation may take as long as the suite. */
const protocolTimeout = 1_800_000;
const closePatience = 15_000;

export async function launchPuppeteer(
  engine: 'chromium' | 'firefox',
  options: LaunchOptions,
): Promise<DrivenBrowser> {
  const executablePath = await requireEngine(engine);
  const profile = await prepareProfile(engine, options);
  const mark = randomUUID();
  const browser = await puppeteer.launch({
    browser: engine === 'firefox' ? 'firefox' : 'chrome',
    executablePath,
    headless: options.display !== 'window',
    userDataDir: profile,
    args: engine === 'chromium' ? chromiumArguments(options) : [],
    ...(engine === 'firefox' ? { extraPrefsFirefox: firefoxPreferences } : {}),
    env: definedOnly(markedEnvironment(mark, await engineEnvironment(engine, profile, options))),
    acceptInsecureCerts: options.ignoreCertificateErrors ?? false,
    timeout: launchTimeout,
    protocolTimeout,
    // Puppeteer's own handlers would end this process; the leash ends the browser without them.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  const pid = browser.process()?.pid;
  if (pid === undefined) throw new Error(`Puppeteer launched ${engine} but names no process`);
  const tree = new ProcessTree(pid, mark);
  try {
    const page = (await browser.pages())[0] ?? (await browser.newPage());
    await page.goto(options.url, { timeout: launchTimeout });
    return puppeteerBrowser(engine, profile, browser, page, tree, options);
  } catch (error) {
    await tree.kill();
    throw new Error(`${engine} started but did not load ${options.url}`, { cause: error });
  }
}

function puppeteerBrowser(
  engine: 'chromium' | 'firefox',
  profile: string,
  browser: PuppeteerBrowser,
  page: Page,
  tree: ProcessTree,
  options: LaunchOptions,
): DrivenBrowser {
  return {
    engine,
    profile,
    pid: tree.pid,
    ...(engine === 'chromium' ? { devtoolsUrl: browser.wsEndpoint() } : {}),
    async open(url) {
      const tab = await browser.newPage();
      await tab.goto(url, { timeout: launchTimeout });
    },
    evaluate: <T>(expression: string) => page.evaluate(expression) as Promise<T>,
    async screenshot(path) {
      await page.screenshot({ path: path as `${string}.png` });
    },
    async goto(url) {
      await page.goto(url, { timeout: launchTimeout });
    },
    kill: () => tree.kill(),
    async close() {
      // Closing may hang when a page does; the tree is ended either way.
      const closing = browser.close().catch(() => {});
      await Promise.race([closing, tree.waitForEnd(closePatience)]);
      await tree.end(closePatience);
      if (!options.keepProfile) await removeProfile(profile);
    },
    processIds: () => tree.processIds(),
    memory: () => tree.memory(),
  };
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry) => entry[1] !== undefined)) as Record<
    string,
    string
  >;
}
