import type { Clock } from '../ports.ts';
import type { Place } from './place.ts';

/** ms without a refusal after which one more request is tried; each further time, twice as long */
const firstTrial = 30_000;
const longestTrial = 10 * 60_000;
/** ms for which a server may still count requests that are over */
const lingering = 60_000;

/** The number of requests that an origin bears at a time, as it is learnt from those that it refused. */
export class Refusals {
  readonly #clock: Clock;
  #borne = Number.POSITIVE_INFINITY;
  #lastAt: number | null = null;
  #changedAt = 0;
  #trial = firstTrial;
  #isTrying = false;
  #areProven = false;
  /** For each request that failed, and nothing says why, the others that were under way then and still are. */
  readonly #suspicions = new Set<Set<Place>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One of several requests was refused, `others` were not. */
  add(others: number): void {
    const now = this.#clock.now();
    // requests that are refused at the same time are one lesson
    if (this.#lastAt !== null && Math.abs(now - this.#lastAt) > firstTrial)
      this.#trial = Math.min(this.#trial * 2, longestTrial);
    this.#borne = Math.max(1, Math.min(this.#borne, others));
    this.#isTrying = false;
    this.#lastAt = now;
    this.#changedAt = now;
  }

  /** A request failed beside these, and nothing says why. */
  suspect(others: readonly Place[]): void {
    if (others.length > 0) this.#suspicions.add(new Set(others));
  }

  /** One was answered: what failed beside it may well have been one too many. */
  explain(answered: Place): void {
    for (const others of this.#suspicions) {
      if (!others.has(answered)) continue;
      this.#suspicions.delete(others);
      this.add(others.size);
    }
  }

  /** One is over, and explains nothing any more. */
  dismiss(over: Place): void {
    for (const others of this.#suspicions) {
      if (others.delete(over) && others.size === 0) this.#suspicions.delete(others);
    }
  }

  forgive(count: number): void {
    this.#borne += count;
  }

  /** The origin was away: it may be another one now. */
  forget(): void {
    this.#borne = Number.POSITIVE_INFINITY;
    this.#trial = firstTrial;
    this.#lastAt = null;
    this.#isTrying = false;
    this.#areProven = false;
  }

  /** Whether one more than was borne is being tried: a refusal is then the fault of the trial. */
  get isTrying(): boolean {
    return this.#isTrying;
  }

  /** Whether a record was served that had been refused before: then there is such a limit. */
  get areProven(): boolean {
    return this.#areProven;
  }

  prove(): void {
    this.#areProven = true;
  }

  get areRecent(): boolean {
    return this.#lastAt !== null && Math.abs(this.#clock.now() - this.#lastAt) < lingering;
  }

  /** Requests at a time, of `most` that are wanted; rarely, one more than was borne is tried. */
  limit(most: number): number {
    if (this.#borne >= most) return most;
    const now = this.#clock.now();
    if (Math.abs(now - this.#changedAt) >= this.#trial) {
      this.#borne++;
      this.#isTrying = true;
      this.#changedAt = now;
    }
    return Math.min(this.#borne, most);
  }
}
