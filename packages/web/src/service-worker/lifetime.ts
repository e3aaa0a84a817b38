import type { Lifetime } from '@background-fetch/core';
import { isFirefox } from '../shared/browser.ts';
import type { ExtendableEvent } from './scope.ts';

/**
 * ms for which one event keeps the worker awake. No event may carry a whole download: each ping of a page carries a slice,
 * docs/discoveries.md#how-long-a-worker-lives
 */
export const slice = 25_000;
/** ms for which a ping of a hidden page does, whose timers are throttled to one in a minute */
export const hiddenSlice = 55_000;
/** ms for which the ping of the last page does: as long as the browser allows; the rest waits for the next visit */
export const lastSlice = isFirefox() ? 55_000 : 270_000;

/** The lifetime port of a service worker: work is detached from any one event, and each event carries a slice of it. */
export class SlicedLifetime implements Lifetime {
  readonly #work = new Set<Promise<unknown>>();
  #onIdle: (() => void)[] = [];

  keepAwake(work: Promise<unknown>): void {
    this.#work.add(work);
    const remove = (): void => {
      this.#work.delete(work);
      if (this.idle) this.release();
    };
    work.then(remove, remove);
  }

  /** Ends all slices: nothing is to be done, or another version takes over. */
  release(): void {
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  get idle(): boolean {
    return this.#work.size === 0;
  }

  /** Ties the work there is, or will be once `beginning` settles, to a live event. */
  tie(event: ExtendableEvent, beginning: Promise<unknown>, duration = slice): void {
    const carry = (): Promise<void> =>
      new Promise((resolve) => {
        if (this.idle) return resolve();
        const timer = setTimeout(resolve, duration);
        this.#onIdle.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    event.waitUntil(beginning.then(carry, carry));
  }
}
