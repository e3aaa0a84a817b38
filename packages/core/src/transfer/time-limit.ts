import type { Clock } from '../ports.ts';

/** Ends something that takes too long. */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #cancelTimer: () => void;

  /** @param duration ms after which the signal is aborted */
  constructor(clock: Clock, duration: number) {
    this.#cancelTimer = clock.setTimer(duration, this.end);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts the signal now. */
  readonly end = (): void => {
    this.lift();
    this.#controller.abort();
  };

  /** Lets what goes on take as long as it needs. */
  lift(): void {
    this.#cancelTimer();
  }
}
