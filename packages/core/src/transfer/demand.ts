import type { Clock } from '../ports.ts';

/** ms after which nobody is taken to wait any more: longer than who waits lets pass before he says so again */
const lapse = 6000;

/**
 * Tells whether somebody waits for what comes next of one body: nobody does, for all that is known, unless it was
 * said lately.
 */
export class Demand {
  readonly #clock: Clock;
  #since = Number.NEGATIVE_INFINITY;
  #notedAt = Number.NEGATIVE_INFINITY;
  /** Called when somebody begins to wait. */
  onBegin = (): void => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** ms for which somebody has waited again and again, null if nobody waits. */
  get duration(): number | null {
    const now = this.#clock.now();
    // a clock that was set back tells nothing
    return now >= this.#notedAt && now - this.#notedAt < lapse ? now - this.#since : null;
  }

  /** Somebody waits right now. */
  note(): void {
    const isNew = this.duration === null;
    this.#notedAt = this.#clock.now();
    if (!isNew) return;
    this.#since = this.#notedAt;
    this.onBegin();
  }
}
