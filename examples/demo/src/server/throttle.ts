import { setTimeout as delay } from 'node:timers/promises';

/** A line of a certain speed, shared by everyone who sends over it. */
export class Throttle {
  /** Bytes per second; 0 is no limit. */
  #rate: number;
  /** When the line has sent everything that was given to it, as `performance.now()` has it. */
  #free = 0;

  constructor(rate: number) {
    this.#rate = rate;
  }

  get rate(): number {
    return this.#rate;
  }

  /** What is queued already keeps its old pace. */
  set rate(rate: number) {
    this.#rate = rate;
    this.#free = 0;
  }

  /** Bytes to send at a time, so that a slow line still moves several times a second. */
  get pieceLength(): number {
    const share = Math.ceil(this.#rate / 16);
    return this.#rate === 0 ? 256 * 1024 : Math.min(256 * 1024, Math.max(1024, share));
  }

  /** Resolves when `bytes` more have passed. Rejects when `signal` aborts. */
  async pass(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#rate === 0) return;
    const now = performance.now();
    this.#free = Math.max(now, this.#free) + (bytes / this.#rate) * 1000;
    await delay(this.#free - now, undefined, { signal });
  }
}
