import type { Clock } from '@background-fetch/core';
import { RateLimit } from './rate-limit.ts';

/** The limit of each background fetch: its own where it has one, otherwise the one that all share, if there is one. */
export class RateLimits {
  readonly #shared: RateLimit | null;
  readonly #rateOf: ((fetchId: string) => number | undefined) | undefined;
  readonly #clock: Clock;
  readonly #own = new Map<string, { readonly rate: number; readonly limit: RateLimit }>();

  /** Rates are in bytes per second. */
  constructor(
    shared: number | undefined,
    rateOf: ((fetchId: string) => number | undefined) | undefined,
    clock: Clock,
  ) {
    this.#shared = shared === undefined ? null : new RateLimit(shared, clock);
    this.#rateOf = rateOf;
    this.#clock = clock;
  }

  of(fetchId: string): RateLimit | null {
    const rate = this.#rateOf?.(fetchId);
    if (rate === undefined) return this.#shared;
    const own = this.#own.get(fetchId);
    // an id that is used again may come with another rate
    if (own?.rate === rate) return own.limit;
    const limit = new RateLimit(rate, this.#clock);
    this.#own.set(fetchId, { rate, limit });
    return limit;
  }

  /** Lets go whoever waits. */
  close(): void {
    this.#shared?.close();
    for (const { limit } of this.#own.values()) limit.close();
  }
}
