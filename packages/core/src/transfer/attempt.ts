import type { Job } from './job.ts';

/** One attempt to get a response, or some in parallel: ends with its job's interruption, or by stalling. */
export class Attempt {
  readonly #controller = new AbortController();
  readonly #job: Job;
  readonly #finishes: () => boolean;
  #waiting = 0;
  #waitingSince = 0;
  #allowance = 0;
  #cancelTimer: (() => void) | null = null;

  /** @param finishes whether it could not be repeated: an engine that stops waits for its end */
  constructor(job: Job, finishes: () => boolean) {
    this.#job = job;
    this.#finishes = finishes;
    job.signal.addEventListener('abort', this.#onInterrupted);
    this.#onInterrupted();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly #onInterrupted = (): void => {
    if (this.#isInterrupted()) this.abort();
    // what is finished all the same gets as long without news as anything else, not for ever
    else if (this.#job.signal.aborted) void this.receive(new Promise(() => {}), this.#allowance);
  };

  #isInterrupted(): boolean {
    const { interruption } = this.#job;
    return interruption !== null && (interruption === 'aborted' || !this.#finishes());
  }

  /**
   * Waits for something from the network; a wait longer than the stall timeout aborts the attempt.
   * @param allowance ms that it may take beyond that
   */
  async receive<T>(something: Promise<T>, allowance = 0): Promise<T> {
    const { clock } = this.#job.workshop.ports;
    this.#waiting++;
    this.#allowance = allowance;
    this.#waitingSince = clock.now();
    this.#cancelTimer ??= this.#watch();
    try {
      return await something;
    } finally {
      this.#waiting--;
      this.#waitingSince = clock.now();
    }
  }

  /** One timer looks after all waits: it is not started anew for each. */
  #watch(delay?: number): () => void {
    const { stallTimeout } = this.#job.workshop.options.retry;
    const { clock } = this.#job.workshop.ports;
    return clock.setTimer(delay ?? stallTimeout, () => {
      const now = clock.now();
      // a clock that was set back must not keep it waiting
      if (!this.#waiting || this.#waitingSince > now) this.#waitingSince = now;
      const left = stallTimeout + this.#allowance + this.#waitingSince - now;
      if (left <= 0) this.abort();
      else this.#cancelTimer = this.#watch(left);
    });
  }

  /** Gives it up: what it was waiting for fails. */
  abort(): void {
    this.#controller.abort();
  }

  end(): void {
    this.#cancelTimer?.();
    this.#job.signal.removeEventListener('abort', this.#onInterrupted);
  }

  /** Throws if the job was interrupted: then an error of the network is only its consequence. */
  throwIfInterrupted(): void {
    if (this.#isInterrupted()) throw this.#job.signal.reason;
  }
}
