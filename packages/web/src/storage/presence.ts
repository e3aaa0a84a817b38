import { isChromium, isFirefox } from '../shared/browser.ts';

/**
 * Whether the page of this context is there. In WebKit, a page that is left has to end its transactions, which would hold
 * up the database, and begins them again if it comes back: docs/discoveries.md#webkit-a-page-that-is-left
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

  /** Calls `end` when the page is left. Returns a function that ends that. */
  onLeft(end: () => void): () => void {
    this.#endings.add(end);
    return () => this.#endings.delete(end);
  }
}
