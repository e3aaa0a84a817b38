import type { SimulatedClock } from '../host/simulated-clock.ts';

/** The one line that all responses come over: each chunk waits for those that asked before it. */
export class SharedLink {
  /** bytes per ms; null for as many as one likes */
  rate: number | null = null;
  readonly #clock: SimulatedClock;
  #busyUntil = 0;

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
  }

  /** Takes the line for so many bytes, and gives the ms until they have come. */
  take(bytes: number): number {
    if (this.rate === null) return 0;
    const now = this.#clock.now();
    this.#busyUntil = Math.max(this.#busyUntil, now) + bytes / this.rate;
    return this.#busyUntil - now;
  }
}
