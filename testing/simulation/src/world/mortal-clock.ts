import type { Clock } from '@background-fetch/core';

/** A context's clock: its timers end with it, and it may be wrong. */
export class MortalClock implements Clock {
  readonly #clock: Clock;
  readonly #error: () => number;
  readonly #running = new Set<() => void>();
  #stopped = false;

  /** @param error ms that it is ahead */
  constructor(clock: Clock, error: () => number) {
    this.#clock = clock;
    this.#error = error;
  }

  now(): number {
    return this.#clock.now() + this.#error();
  }

  setTimer(delay: number, callback: () => void): () => void {
    if (this.#stopped) return () => {};
    const cancel = this.#clock.setTimer(delay, () => {
      this.#running.delete(end);
      callback();
    });
    const end = (): void => {
      this.#running.delete(end);
      cancel();
    };
    this.#running.add(end);
    return end;
  }

  /** How many timers run. */
  get running(): number {
    return this.#running.size;
  }

  stop(): void {
    this.#stopped = true;
    for (const end of [...this.#running]) end();
  }
}
