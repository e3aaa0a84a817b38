import { launchUndriven, type UndrivenBrowser } from '@background-fetch/testing-engines';
import type { Host } from './expected-failures.ts';
import type { Front } from './suite/front.ts';

/** Opens the pages of a run: each in a browser and profile of its own, or all in tabs of one, as people have them. */
export class Browsers {
  readonly #host: Host;
  readonly #front: Front;
  readonly #shares: boolean;
  #shared: UndrivenBrowser | undefined;

  constructor(host: Host, front: Front, shares: boolean) {
    this.#host = host;
    this.#front = front;
    this.#shares = shares;
  }

  /** Resolves with the browser that shows the page. */
  async open(url: string): Promise<UndrivenBrowser> {
    if (!this.#shares) return await this.#launch(url, false);
    if (this.#shared) await this.#shared.open(url);
    else this.#shared = await this.#launch(url, true);
    return this.#shared;
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
