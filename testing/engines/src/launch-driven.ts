import type { DrivenBrowser, LaunchOptions } from './browser.ts';
import { launchPuppeteer } from './driven-by-puppeteer.ts';
import { launchSelenium } from './driven-by-selenium.ts';
import type { EngineName } from './find-engines.ts';

/**
 * Starts a browser under WebDriver BiDi (Chromium, Firefox) or WebDriver (WebKitGTK, with ephemeral storage) and
 * resolves when `url` has loaded.
 */
export function launchDriven(engine: EngineName, options: LaunchOptions): Promise<DrivenBrowser> {
  return engine === 'webkit' ? launchSelenium(options) : launchPuppeteer(engine, options);
}
