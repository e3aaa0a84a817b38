import type { Clock } from '@background-fetch/core';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** Virtual time. It stands still until `run`, `runUntil` or `advance` moves it from timer to timer. */
export class SimulatedClock implements Clock {
  /** Grows whenever everything that could happen without time passing has happened. */
  turn = 0;
  #now: number;
  readonly #timers: Timer[] = [];
  readonly #outside = new Set<Promise<unknown>>();

  /** @param start ms since the epoch */
  constructor(start = 1_900_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  setTimer(delay: number, callback: () => void): () => void {
    const timer = { due: this.#now + Math.max(0, delay), callback };
    // Sorted by time, then by creation.
    const later = this.#timers.findIndex((other) => other.due > timer.due);
    this.#timers.splice(later < 0 ? this.#timers.length : later, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  /** Resolves when `delay` ms of virtual time have passed. */
  wait(delay: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(delay, resolve));
  }

  /** Keeps time standing still until `work` settles: for what the runtime does outside of the simulation. */
  holdFor<T>(work: Promise<T>): Promise<T> {
    this.#outside.add(work);
    const done = () => this.#outside.delete(work);
    work.then(done, done);
    return work;
  }

  /** Runs everything that can happen without time passing. */
  async settle(): Promise<void> {
    do {
      await Promise.allSettled(this.#outside);
      // All promise jobs, and those they queue, run before the event loop's next turn.
      await new Promise<void>((resolve) => setImmediate(resolve));
    } while (this.#outside.size > 0);
    this.turn++;
  }

  /** Lets `duration` ms pass. */
  advance(duration: number): Promise<void> {
    return this.advanceTo(this.#now + duration);
  }

  /** Lets time pass until it is `end`, in ms since the epoch, or until `isOver`. */
  async advanceTo(end: number, isOver = (): boolean => false): Promise<void> {
    await this.settle();
    while ((this.#timers[0]?.due ?? Number.POSITIVE_INFINITY) <= end && !isOver()) await this.#fireNext();
    if (!isOver()) this.#now = end;
  }

  /** Lets time pass until the next timer has fired and all that follows at once has happened. False if there is none. */
  async step(): Promise<boolean> {
    await this.settle();
    if (this.#timers.length === 0) return false;
    await this.#fireNext();
    return true;
  }

  /**
   * Lets time pass until nothing is left to happen.
   * @param limit timers that may fire, because one that sets itself anew would never end
   */
  async run(limit = 1_000_000): Promise<void> {
    await this.settle();
    for (let fired = 0; this.#timers.length > 0; fired++) {
      if (fired === limit) throw new Error(`The simulation is not idle after ${limit} timers`);
      await this.#fireNext();
    }
  }

  /** Lets time pass until `promise` settles. Throws if nothing is left to happen before it does. */
  async runUntil<T>(promise: Promise<T>, limit = 1_000_000): Promise<T> {
    let pending = true;
    const settled = () => {
      pending = false;
    };
    promise.then(settled, settled);
    await this.settle();
    for (let fired = 0; pending; fired++) {
      if (this.#timers.length === 0)
        throw new Error('The simulation is idle, and the promise did not settle');
      if (fired === limit) throw new Error(`The promise did not settle within ${limit} timers`);
      await this.#fireNext();
    }
    return promise;
  }

  async #fireNext(): Promise<void> {
    const timer = this.#timers.shift();
    if (!timer) return;
    this.#now = timer.due;
    timer.callback();
    await this.settle();
  }
}
