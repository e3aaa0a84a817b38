import type { Clock } from '@background-fetch/core';

/** The longest delay that Node's timers take, in ms. */
const longestDelay = 2 ** 31 - 1;

/** The clock port. Its timers keep no process alive: the lifetime port decides whether there is something to stay for. */
export const clock: Clock = {
  now: () => Date.now(),
  setTimer(delay, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delay, 0), longestDelay));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** The clock of what waits for the engine: once that is closed, nobody waits any more, and all look again at once. */
export class ClientClock implements Clock {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(given: Clock) {
    this.#clock = given;
  }

  now(): number {
    return this.#clock.now();
  }

  setTimer(delay: number, callback: () => void): () => void {
    const cancel = this.#clock.setTimer(delay, () => end());
    const end = (): void => {
      this.#waiting.delete(end);
      cancel();
      callback();
    };
    this.#waiting.add(end);
    return () => {
      this.#waiting.delete(end);
      cancel();
    };
  }

  close(): void {
    for (const end of [...this.#waiting]) end();
  }
}
