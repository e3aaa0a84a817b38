import type { Announcements, BackgroundFetchSnapshot, Wanted } from '@background-fetch/core';

type Listener = (snapshot: BackgroundFetchSnapshot) => void | Promise<void>;

/** The announcements port of one process: everybody hears of a change before `publish()` returns. */
export class LocalAnnouncements implements Announcements {
  readonly #listeners = new Set<Listener>();
  readonly #wantedListeners = new Set<(wanted: Wanted) => void>();

  publish(snapshot: BackgroundFetchSnapshot): void {
    void this.publishAndWait(snapshot);
  }

  async publishAndWait(snapshot: BackgroundFetchSnapshot): Promise<void> {
    await Promise.allSettled([...this.#listeners].map(async (listener) => listener(snapshot)));
  }

  /** There is one context, and it is always waited for. */
  follow(): void {}

  subscribe(listener: Listener): () => void {
    const own: Listener = (snapshot) => listener(snapshot);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  want(wanted: Wanted): void {
    for (const listener of this.#wantedListeners) listener(wanted);
  }

  onWanted(listener: (wanted: Wanted) => void): () => void {
    const own = (wanted: Wanted): void => listener(wanted);
    this.#wantedListeners.add(own);
    return () => void this.#wantedListeners.delete(own);
  }
}
