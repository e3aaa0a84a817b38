import type { Clock } from '@background-fetch/core';

/** Shares a number of bytes per second between everybody who asks, in the order of asking. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #rate: number;
  readonly #waiting: { readonly bytes: number; readonly go: () => void }[] = [];
  #available: number;
  #filledAt: number;
  #cancelTimer: (() => void) | null = null;

  /** @param rate bytes per second */
  constructor(rate: number, clock: Clock) {
    if (!(rate > 0)) throw new RangeError(`limitRate has to be more than 0 bytes per second, not ${rate}`);
    this.#clock = clock;
    this.#rate = rate;
    this.#available = this.share;
    this.#filledAt = clock.now();
  }

  /** The number of bytes to ask for at a time: few enough that everybody gets some soon. */
  get share(): number {
    return Math.max(512, Math.min(64 * 1024, Math.floor(this.#rate / 20)));
  }

  /** Resolves when so many bytes may pass; more than a share makes up for it by a longer wait of the next. */
  take(bytes: number): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ bytes, go });
      this.#serve();
    });
  }

  #serve(): void {
    if (this.#cancelTimer) return;
    this.#fill();
    while (this.#available > 0) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#available -= next.bytes;
      next.go();
    }
    if (this.#waiting.length === 0) return;
    const delay = Math.ceil(((1 - this.#available) * 1000) / this.#rate);
    this.#cancelTimer = this.#clock.setTimer(delay, () => {
      this.#cancelTimer = null;
      this.#serve();
    });
  }

  #fill(): void {
    const now = this.#clock.now();
    // a clock that was set back gives nothing, and takes nothing
    const passed = Math.max(0, now - this.#filledAt);
    this.#filledAt = now;
    // time that was not used is not saved up, but a late timer must not cost anything
    const most = Math.max(this.share, this.#rate / 10);
    this.#available = Math.min(most, this.#available + (passed * this.#rate) / 1000);
  }

  close(): void {
    this.#cancelTimer?.();
    for (const { go } of this.#waiting.splice(0)) go();
  }
}

/** The chunks of a body, as slowly as the limit wants it. */
export async function* throttle(
  chunks: AsyncIterable<Uint8Array>,
  limit: RateLimit,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.byteLength; start += limit.share) {
      const part = chunk.subarray(start, start + limit.share);
      await limit.take(part.byteLength);
      yield part;
    }
  }
}
