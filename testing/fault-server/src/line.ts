/** Milliseconds by which a sender may be late for its turn without a loss: timers are. */
const leeway = 50;

/** The one line to all clients of a key: each piece waits for those that came before it. */
export class Line {
  readonly #now: () => number;
  #busyUntil = Number.NEGATIVE_INFINITY;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes it for so many bytes, and gives the milliseconds until they may be sent. */
  take(bytes: number, bytesPerSecond: number): number {
    const now = this.#now();
    this.#busyUntil = Math.max(this.#busyUntil, now - leeway) + (bytes / bytesPerSecond) * 1000;
    return Math.max(0, this.#busyUntil - now);
  }
}
