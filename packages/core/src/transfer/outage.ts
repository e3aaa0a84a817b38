import type { Clock } from '../ports.ts';
import type { RetryPolicy } from './retry-schedule.ts';

/**
 * No network on the way to an origin. The records of a job that wait for it take turns in asking: one timer for all of
 * them, and a record whose own request can't be answered keeps no other waiting.
 */
export class Outage {
  readonly #waiting = new Set<() => void>();
  #probes = 0;
  #cancelTimer: (() => void) | null = null;

  /** @param goOn called when it is this one's turn, or when there is a network */
  add(goOn: () => void, clock: Clock, { firstDelay, longestDelay }: RetryPolicy): void {
    this.#waiting.add(goOn);
    if (this.#cancelTimer) return;
    const delay = Math.min(firstDelay * 2 ** this.#probes++, longestDelay);
    this.#cancelTimer = clock.setTimer(delay, () => {
      this.#cancelTimer = null;
      for (const first of this.#waiting) return first();
    });
  }

  delete(goOn: () => void): void {
    this.#waiting.delete(goOn);
    if (this.#waiting.size > 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  end(): void {
    for (const goOn of this.#waiting) goOn();
  }
}
