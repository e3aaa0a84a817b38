import { isChromium, isFirefox } from '../shared/browser.ts';

/**
 * Whether the page of this context is there. WebKit leaves the transaction of a page that is left in place, and with it
 * holds up every other one of the database, in all contexts (measured: for more than 50 s). So there a page ends its
 * transactions when it is left, and begins them again if it comes back.
 */
export class Presence {
  readonly #endings = new Set<() => void>();
  #away: Promise<void> | null = null;

  constructor() {
    if (!globalThis.document || isChromium() || isFirefox()) return;
    let comeBack = (): void => {};
    globalThis.addEventListener('pagehide', () => {
      this.#away ??= new Promise((resolve) => (comeBack = resolve));
      for (const end of this.#endings) end();
    });
    globalThis.addEventListener('pageshow', () => {
      this.#away = null;
      comeBack();
    });
  }

  /** Resolves when the page is there: at once, or when it was come back to. */
  async present(): Promise<void> {
    await this.#away;
  }

  /** Has `end` called when the page is left, until the result is called. */
  onLeft(end: () => void): () => void {
    this.#endings.add(end);
    return () => this.#endings.delete(end);
  }
}
