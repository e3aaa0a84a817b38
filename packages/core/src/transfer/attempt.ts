import type { Reachability } from '../ports.ts';
import type { Job } from './job.ts';
import { TimeLimit } from './time-limit.ts';

/** The reason for which an attempt ends before its time. */
export type Ending =
  /** The server has the request, and nothing comes. */
  | 'stalled'
  /** Nobody answers at all, or all connections of the host are taken: nothing is known of the request. */
  | 'unheard'
  /** The connection is given to another background fetch. */
  | 'yielded'
  /** The bytes that were asked for are no longer wanted. */
  | 'given-up';

/** The wait for the answer to what may be sent only once. */
export interface AnswerWait {
  /** ms that it may take in addition */
  readonly within: number;
  /** Called when the attempt begins, and now and then while it goes on. */
  readonly begun: () => void;
}

/** The limits of a wait. */
export interface Wait {
  /** ms that it may take beyond the stall timeout */
  readonly allowance?: number;
  /** The time that the server may take, and what follows after it. */
  readonly answer?: AnswerWait | undefined;
  /**
   * Asks the server after the wait has taken too long: a request may wait for its turn in the host's own queue, which
   * is not the server's silence. The wait goes on while the probe is silent: for a while, or for as long as an outage
   * is borne where the request may not be repeated.
   */
  readonly probe?: (signal: AbortSignal) => Promise<Reachability>;
}

/** Probes that may be silent, one after the other, before what may be repeated gives its connection back. */
const mostSilentProbes = 5;

/** One attempt to get a response. It ends with its job's interruption, or by stalling. */
export class Attempt {
  readonly #controller = new AbortController();
  readonly #job: Job;
  readonly #finishes: () => boolean;
  readonly #began: number;
  /** The time at which the last byte of the body came, in ms since the epoch; undefined before that. */
  receivedAt: number | undefined;
  #ending: Ending | null = null;
  #waiting = 0;
  #waitingSince = 0;
  #wait: Wait = {};
  #silentProbes = 0;
  #cancelTimer: (() => void) | null = null;

  /** @param finishes whether it could not be repeated: an engine that stops waits for its end */
  constructor(job: Job, finishes: () => boolean) {
    this.#job = job;
    this.#finishes = finishes;
    this.#began = job.workshop.ports.clock.now();
    job.waits.add(this.#onInterrupted);
    this.#onInterrupted();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why it was ended, null if it was not, or by its job. */
  get ending(): Ending | null {
    return this.#ending;
  }

  readonly #onInterrupted = (): void => {
    if (this.#isInterrupted()) this.#controller.abort();
    // an attempt that is finished all the same may be without news for as long as any other, not for ever
    else if (this.#job.signal.aborted) {
      const { allowance = 0 } = this.#wait;
      void this.receive(new Promise(() => {}), { allowance });
    }
  };

  #isInterrupted(): boolean {
    const { interruption } = this.#job;
    return interruption !== null && (interruption === 'aborted' || !this.#finishes());
  }

  /** Waits for something from the network; a wait longer than the stall timeout ends the attempt. */
  async receive<T>(something: Promise<T>, wait: Wait = {}): Promise<T> {
    const { clock } = this.#job.workshop.ports;
    this.#waiting++;
    this.#wait = wait;
    this.#waitingSince = clock.now();
    this.#cancelTimer ??= this.#watch();
    try {
      return await something;
    } finally {
      this.#waiting--;
      this.#waitingSince = clock.now();
      // another wait may have begun before this one was seen to be over
      if (this.#wait === wait) this.#wait = {};
    }
  }

  /** Starts the one timer that looks after all waits: it is not started anew for each. */
  #watch(delay?: number): () => void {
    const { stallTimeout } = this.#job.workshop.options.retry;
    const { clock } = this.#job.workshop.ports;
    return clock.setTimer(delay ?? stallTimeout, () => {
      const now = clock.now();
      // a clock that was set back must not keep it waiting
      if (!this.#waiting || this.#waitingSince > now) this.#waitingSince = now;
      const { allowance = 0, answer, probe } = this.#wait;
      let left = stallTimeout + allowance + this.#waitingSince - now;
      if (left <= 0 && answer) {
        answer.begun();
        left += answer.within;
      }
      if (left > 0) this.#cancelTimer = this.#watch(left);
      else if (probe) this.#cancelTimer = this.#probe(probe);
      else this.abort('stalled');
    });
  }

  /** Gives the probe as long as anything else, and then goes on waiting. */
  #probe(probe: (signal: AbortSignal) => Promise<Reachability>): () => void {
    const { stallTimeout, outage } = this.#job.workshop.options.retry;
    const { clock } = this.#job.workshop.ports;
    const asked = this.#wait;
    const limit = new TimeLimit(clock, stallTimeout);
    const cancel = limit.end;
    void probe(limit.signal).then((reachability) => {
      if (this.#cancelTimer !== cancel) return;
      limit.lift();
      const isAwaited = this.#wait === asked && this.#waiting > 0;
      const isTooLong = clock.now() - this.#began > outage;
      if (isAwaited && (!isSilent(reachability) || isTooLong)) return this.abort('stalled');
      // the probe may wait for this attempt's own connection
      if (isAwaited && ++this.#silentProbes >= mostSilentProbes && !this.#finishes())
        return this.abort('unheard');
      this.#waitingSince = clock.now();
      this.#cancelTimer = this.#watch();
    });
    return cancel;
  }

  /** Ends the attempt: its waits fail. */
  abort(ending: Ending): void {
    this.#ending ??= ending;
    this.#controller.abort();
  }

  end(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#job.waits.delete(this.#onInterrupted);
  }

  /** Throws if the job was interrupted: then an error of the network is only its consequence. */
  throwIfInterrupted(): void {
    if (this.#isInterrupted()) throw this.#job.signal.reason;
  }
}

/** Whether nobody answers, as far as is known. */
export function isSilent(reachability: Reachability): boolean {
  return reachability === 'silent' || reachability === 'unsent';
}
