import { setTimeout as delay } from 'node:timers/promises';
import { launchUndriven, type UndrivenBrowser } from '@background-fetch/testing-browsers';
import type { Host } from './expected-failures.ts';
import { type Reports, registeringPath } from './reports.ts';
import type { Front } from './suite/front.ts';

/** ms for a page that registers a service worker and does nothing else */
const registeringPatience = 120_000;

async function late(): Promise<never> {
  await delay(registeringPatience, undefined, { ref: false });
  throw new Error(`its first page registered no service worker within ${registeringPatience / 1000} s`);
}

/** Opens the pages of a run: each in a browser and profile of its own, or all in tabs of one, as people have them. */
export class Browsers {
  readonly #host: Host;
  readonly #front: Front;
  readonly #reports: Reports;
  readonly #shares: boolean;
  #shared: UndrivenBrowser | undefined;

  constructor(host: Host, front: Front, reports: Reports, shares: boolean) {
    this.#host = host;
    this.#front = front;
    this.#reports = reports;
    this.#shares = shares;
  }

  /** Resolves with the browser that shows the page. */
  async open(url: string): Promise<UndrivenBrowser> {
    if (!this.#shares) return await this.#launch(url, false);
    this.#shared ??= await this.#launchShared();
    await this.#shared.open(url);
    return this.#shared;
  }

  /**
   * A browser with a service worker, as people's browsers have, that no test unregisters: to a process that begins after
   * the last registration of all sites has gone, WebKit shows none for as long as it lives.
   */
  async #launchShared(): Promise<UndrivenBrowser> {
    const registered = this.#reports.registered();
    const browser = await this.#launch(`${this.#front.origin(true)}${registeringPath}`, true);
    try {
      await Promise.race([registered, browser.ended, late()]);
      return browser;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** The page has reported, or never will. A browser that lost one may have more to hide: the next page gets another. */
  async leave(browser: UndrivenBrowser | undefined, reported: boolean): Promise<void> {
    if (this.#shares && reported) return;
    this.#shared = undefined;
    await browser?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shared?.close();
  }

  #launch(url: string, launcherTab: boolean): Promise<UndrivenBrowser> {
    return launchUndriven(this.#host === 'chromium, native' ? 'chromium' : this.#host, {
      url,
      ignoreCertificateErrors: true,
      trustedOrigins: this.#front.secureOrigins,
      // the polyfill takes its place, as the package's documentation says
      nativeBackgroundFetch: true,
      launcherTab,
    });
  }
}
