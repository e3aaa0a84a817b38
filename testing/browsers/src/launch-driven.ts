import type { DrivenBrowser, LaunchOptions } from './browser.ts';
import type { BrowserName } from './find-browsers.ts';

/**
 * Starts a browser under WebDriver BiDi (Chromium, Firefox) or WebDriver (WebKitGTK, with ephemeral storage) and
 * resolves when `url` has loaded.
 */
export async function launchDriven(engine: BrowserName, options: LaunchOptions): Promise<DrivenBrowser> {
  // a driver takes longer to load than all the rest, and most commands drive nothing
  if (engine === 'webkit') return (await import('./driven-by-selenium.ts')).launchSelenium(options);
  return (await import('./driven-by-puppeteer.ts')).launchPuppeteer(engine, options);
}
