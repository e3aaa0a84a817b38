import type { FetchKey, Lifetime } from '@background-fetch/core';

/** ms between two ticks of the timer that keeps a process alive; it does nothing in them */
const tick = 2 ** 30;

/**
 * The lifetime port: keeps the process alive while something goes on that ends by itself. A fetch that is paused and
 * an event that nobody listens to are not waited for: with nothing else to do, the process may end, and they wait on
 * disk.
 */
export class Wakefulness implements Lifetime {
  readonly #paused = new Set<FetchKey>();
  #busy = 0;
  #asleep = 0;
  #timer: NodeJS.Timeout | undefined;

  keepAwake(work: Promise<unknown>): void {
    this.#busy++;
    const end = (): void => {
      this.#busy--;
      this.#update();
    };
    work.then(end, end);
    this.#update();
  }

  /** Part of the work that keeps awake waits for something that only the app can do. */
  async sleepUntil<T>(work: Promise<T>): Promise<T> {
    this.#asleep++;
    this.#update();
    try {
      return await work;
    } finally {
      this.#asleep--;
      this.#update();
    }
  }

  notePaused(key: FetchKey, paused: boolean): void {
    if (paused) this.#paused.add(key);
    else this.#paused.delete(key);
    this.#update();
  }

  #update(): void {
    if (this.#busy > this.#asleep + this.#paused.size) this.#timer ??= setInterval(() => {}, tick);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}
