import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BrowserName,
  launchUndriven,
  type RemotePage,
  type UndrivenBrowser,
} from '@background-fetch/testing-browsers';
import { App } from './app.ts';
import { accountFor, type TransferFigures } from './transfer-account.ts';

export interface LaunchSettings {
  /** Whether further tabs will be opened. */
  readonly tabs?: boolean;
  readonly devtools?: boolean;
  readonly file?: string;
}

/** One app in one browser's profile, over all deaths of that browser. */
export class Session {
  readonly engine: BrowserName;
  readonly app: App;
  readonly profile: string;
  /** The last request that the server had seen at each death. */
  readonly #deaths: number[] = [];
  #browser: UndrivenBrowser | undefined;
  #pages = 0;

  private constructor(engine: BrowserName, app: App, profile: string) {
    this.engine = engine;
    this.app = app;
    this.profile = profile;
  }

  /** Runs `use` with a new app and a new profile, of which nothing is left afterwards. */
  static async use<T>(engine: BrowserName, use: (session: Session) => Promise<T>): Promise<T> {
    const app = await App.start();
    const profile = await mkdtemp(join(tmpdir(), `background-fetch-${engine}-`));
    const session = new Session(engine, app, profile);
    try {
      const result = await use(session);
      app.throwIfFailed();
      return result;
    } finally {
      if (session.#browser) await session.kill();
      await app.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    }
  }

  get browser(): UndrivenBrowser {
    if (!this.#browser) throw new Error('No browser runs in this session: launch() it');
    return this.#browser;
  }

  /** Preferences for Firefox, to be given before it is launched. */
  async prefer(preferences: Readonly<Record<string, number | boolean>>): Promise<void> {
    const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${value});\n`);
    await writeFile(join(this.profile, 'prefs.js'), lines.join(''));
  }

  /** Starts the browser on a page of the app, and waits for the page. */
  async launch(settings: LaunchSettings = {}): Promise<RemotePage> {
    const name = await this.spawn(settings);
    return await this.app.control.waitForPage({ name });
  }

  /** Starts the browser on a page of the app, which may do something before anyone knows. Resolves with its name. */
  async spawn({ tabs = false, devtools = false, file }: LaunchSettings = {}): Promise<string> {
    const name = this.#nextName();
    const browser = await launchUndriven(this.engine, {
      url: this.app.page(name, file),
      profile: this.profile,
      keepProfile: true,
      launcherTab: tabs,
      devtools,
    });
    this.#browser = browser;
    browser.ended.catch((error) => {
      if (this.#browser === browser) this.app.fail('a browser that ended by itself', error);
    });
    return name;
  }

  /** Opens a further tab; the browser must have been launched with `tabs`. */
  async open(file?: string): Promise<RemotePage> {
    const name = this.#nextName();
    await this.browser.open(this.app.page(name, file));
    return await this.app.control.waitForPage({ name });
  }

  /** Runs the body of an async function in a page, see RemotePage; ends with the scenario's failure and its patience. */
  run<T>(page: RemotePage, body: string, ...args: unknown[]): Promise<T> {
    return this.app.within(`an answer of the page to ${body}`, page.run<T>(body, ...args));
  }

  /** Closes a tab that shows the app; the browser must have been launched with `tabs`. */
  async close(page: RemotePage): Promise<void> {
    // the page may be gone before it can answer, and then says so by its beacon; a browser may drop the beacon of a
    // page whose worker ends with it, and then the page is missed where it asks for its next call
    page.run('close()').catch(() => {});
    const missed = this.app.within(`an end of ${page.url}`, page.closed);
    await Promise.race([this.app.untilNote('left', page.name), missed]);
  }

  /**
   * Sends the page to another page of the app.
   * @param before what the page does in the same task
   */
  async navigate(
    page: RemotePage,
    { file, before = '' }: { readonly file?: string; readonly before?: string } = {},
  ): Promise<RemotePage> {
    const name = this.#nextName();
    // the page may be gone before it can answer
    page.run(`${before}; location.href = args[0]`, this.app.page(name, file)).catch(() => {});
    return await this.app.control.waitForPage({ name });
  }

  /** SIGKILL to every process of the browser. */
  async kill(): Promise<void> {
    const browser = this.browser;
    this.#browser = undefined;
    await browser.kill();
    this.#deaths.push(this.app.server.log.entries.at(-1)?.id ?? 0);
  }

  /** Says that what is transferred from now on counts as after a death, though the browser lives. */
  markDeath(): void {
    this.#deaths.push(this.app.server.log.entries.at(-1)?.id ?? 0);
  }

  /** What was sent of a resource, and what of it was lost at the deaths. */
  account(key: string): TransferFigures {
    return accountFor(this.app.server.log.of(key), this.#deaths);
  }

  #nextName(): string {
    return `page-${++this.#pages}`;
  }
}
