/** ms without an answer after which the database is taken to be silent: the one limit of all that waits for it */
export const longestSilence = 10_000;
/** The limit is counted in steps: of the time for which a page was frozen, or a device slept, one step counts. */
const steps = 10;
/**
 * The factor by which a transaction may wait longer for its turn: another context may be busy, and have one that is
 * not over.
 */
const turnFactor = 2;
/** The factor by which written data may take longer to come to rest: the disk may be slow, and nothing can be undone. */
const restFactor = 6;

/** Calls back once if no answer has come for too long. */
export class SilenceWatch {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #most: number;
  #left: number;

  constructor(wait: 'opening' | 'turn', onSilent: () => void) {
    this.#most = wait === 'turn' ? steps * turnFactor : steps;
    this.#left = this.#most;
    this.#timer = setInterval(() => {
      if (--this.#left > 0) return;
      this.end();
      onSilent();
    }, longestSilence / steps);
  }

  answered(): void {
    this.#left = this.#most;
  }

  /** Notes that all requests are answered, and that the transaction comes to rest. */
  rests(): void {
    this.#left = steps * restFactor;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
