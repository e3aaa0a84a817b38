import { setTimeout as delay } from 'node:timers/promises';
import { findLoss, identifyStore, type Loss } from './store-identity.ts';

/** ms between two looks */
const lookInterval = 2000;

/**
 * Looks again and again whether the store that a daemon has opened is still the one that clients find at its path: it may
 * be removed, moved or replaced, and nobody tells the daemon.
 */
export class StoreWatch {
  readonly #ended = new AbortController();

  /**
   * Resolves when something of the store is lost; never, where it was ended before.
   * @param onLook called at each look at which nothing is lost
   */
  async untilLost(store: string, onLook: () => Promise<void>): Promise<Loss> {
    const { signal } = this.#ended;
    const was = await identifyStore(store);
    for (;;) {
      await delay(lookInterval, undefined, { ref: false });
      if (signal.aborted) return await new Promise(() => {});
      // what can't be looked at now may be there
      const loss = await findLoss(store, was).catch(() => null);
      if (loss !== null && !signal.aborted) return loss;
      if (!signal.aborted) await onLook();
    }
  }

  end(): void {
    this.#ended.abort();
  }
}
