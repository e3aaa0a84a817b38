import type { KeptFetch } from './kept-fetch.ts';
import { DaemonError } from './protocol.ts';

/** A fetch of this daemon, from `fetch` to `forget`. */
export interface Entry {
  kept: KeptFetch;
  /** settles when the engine's store has it */
  stored: Promise<void>;
  starting: boolean;
  saving: Promise<void> | null;
}

/** The fetches that a daemon keeps, by id, and who wants to know when one changes. */
export class FetchEntries {
  readonly #byId = new Map<string, Entry>();
  readonly #listeners = new Set<(id: string) => void>();

  /** @returns those there are now, whatever is added or deleted meanwhile */
  all(): Entry[] {
    return [...this.#byId.values()];
  }

  get(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  /** @throws {DaemonError} if there is none */
  require(id: string): Entry {
    const entry = this.#byId.get(id);
    if (entry) return entry;
    throw new DaemonError('unknown-fetch', `There is no fetch "${id}": "bgfetch list" shows those there are`);
  }

  /** It stays only if it can be stored. */
  add(kept: KeptFetch, stored: Promise<void>): Entry {
    const entry: Entry = { kept, starting: true, saving: null, stored };
    this.#byId.set(kept.id, entry);
    stored.then(
      () => {
        entry.starting = false;
      },
      () => this.#byId.delete(kept.id),
    );
    return entry;
  }

  delete(id: string): void {
    this.#byId.delete(id);
  }

  /** Calls back with the id of a fetch whose state changed; the result ends it. */
  onChange(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(id: string): void {
    for (const listener of [...this.#listeners]) listener(id);
  }

  /** Resolves when the fetch has ended. */
  untilEnded(entry: Entry): Promise<void> {
    if (entry.kept.ended) return Promise.resolve();
    return new Promise((resolve) => {
      const end = this.onChange(() => {
        if (entry.kept.ended === null) return;
        end();
        resolve();
      });
    });
  }
}
