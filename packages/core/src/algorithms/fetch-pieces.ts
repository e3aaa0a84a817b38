import { findGaps } from '../model/byte-ranges.ts';
import type { Attempt } from '../transfer/attempt.ts';
import type { AwaitedPieces } from '../transfer/awaited-pieces.ts';
import { type Outcome, storedOutcome } from '../transfer/outcome.ts';
import type { RestPlan } from '../transfer/plan-attempt.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { fetchAResponse } from './fetch-a-response.ts';

/**
 * Fetches several ranges of one body at a time. What works goes on: a range that fails goes back to those that wait, and
 * only the failure of the last one that is under way is the failure of the attempt. An answer that shows that the stored
 * bytes can't be continued like this ends all, with their bytes kept.
 */
export async function fetchPieces(transfer: Transfer, pieces: RestPlan[]): Promise<Outcome> {
  const round = new Round(transfer, pieces);
  try {
    return await round.run();
  } finally {
    round.end();
  }
}

/** The reason with which a wait for a place rejects that was ended although its signal is not aborted. */
const dismissed = undefined;

class Round {
  readonly #transfer: Transfer;
  /** The pieces that wait, in the order of the body. */
  readonly #waiting: RestPlan[];
  readonly #pieces: AwaitedPieces;
  /** The attempts under way, each with a promise that resolves once the piece that it leaves waits again. */
  readonly #attempts = new Map<Attempt, Promise<void>>();
  readonly #connections = new Set<Promise<void>>();
  readonly #controller = new AbortController();
  /** Functions that end the waits for places. */
  readonly #waits = new Set<() => void>();
  /** Resolves when all that was given up for who waits waits again: only then it is known what comes next. */
  #handingBack: Promise<unknown> | null = null;
  #verdict: Outcome | null = null;

  constructor(transfer: Transfer, pieces: RestPlan[]) {
    this.#transfer = transfer;
    this.#waiting = pieces;
    this.#pieces = transfer.awaitedPieces;
    transfer.demand.onBegin = this.#hurry;
    transfer.job.waits.add(this.#stop);
    if (transfer.job.interruption) this.#stop();
  }

  async run(): Promise<Outcome> {
    let failure: { readonly error: unknown } | undefined;
    this.#connect();
    while (this.#connections.size > 0) {
      await Promise.race(this.#connections).catch((error) => {
        failure ??= { error };
        this.#conclude(storedOutcome);
      });
    }
    if (failure) throw failure.error;
    return this.#verdict ?? storedOutcome;
  }

  end(): void {
    this.#transfer.job.waits.delete(this.#stop);
    this.#transfer.demand.onBegin = () => {};
    this.#stop();
  }

  /** Somebody begins to wait: from now on, all connections work at the front. */
  readonly #hurry = (): void => {
    this.#pieces.begin();
    // a piece that comes within a moment is not worth an interruption, which would lose it
    if (this.#transfer.isFast) return;
    for (const attempt of this.#attempts.keys()) attempt.abort('yielded');
    this.#handingBack = Promise.all(this.#attempts.values());
  };

  readonly #stop = (): void => {
    this.#controller.abort(this.#transfer.job.signal.reason);
    for (const end of this.#waits) end();
  };

  /** Opens as many connections as there may be, and as there are pieces for. */
  #connect(): void {
    const { options, demand } = this.#transfer;
    // a reader that waits has smaller pieces cut from those that wait
    const wanted =
      demand.duration !== null && this.#waiting.length > 0
        ? options.connections
        : Math.min(options.connections, this.#attempts.size + this.#waiting.length);
    while (!this.#verdict && this.#connections.size < wanted) {
      const connection = this.#work().finally(() => this.#connections.delete(connection));
      // the caller that waits for the connections hears of the error
      connection.catch(() => {});
      this.#connections.add(connection);
    }
  }

  async #work(): Promise<void> {
    while (!this.#verdict) {
      const outcome = await this.#fetchNext();
      if (!outcome) return;
      if (outcome.kind === 'stored') this.#connect();
      else if (outcome.kind !== 'failed') return this.#conclude(outcome);
      else if (outcome.by !== 'crowd' && outcome.by !== 'yielded') {
        // the others go on with what it leaves
        if (this.#attempts.size === 0) this.#conclude(outcome);
        return;
      }
    }
  }

  /** Resolves with what came of a piece, with null if there is none to fetch. */
  async #fetchNext(): Promise<Outcome | null> {
    const { options, ports } = this.#transfer;
    if (this.#handingBack) await this.#handingBack;
    const first = this.#waiting[0];
    if (!first) return null;
    let attempt: Attempt | undefined;
    let isWanted = true;
    const yieldPlace = (): void => {
      isWanted = false;
      attempt?.abort('yielded');
    };
    // a piece that comes within a moment is not worth an interruption, which would lose it
    const giveUp = this.#transfer.isFast ? undefined : yieldPlace;
    const wanted = { signal: this.#controller.signal, waits: this.#waits, giveUp };
    const place = await this.#transfer.acquirePlace(first.position, wanted).catch((error) => {
      if (error !== dismissed) throw error;
      return dismissed;
    });
    if (place === dismissed) return null;
    if (place === null) return await this.#transfer.settle('fetch-error');
    let leave = (): void => {};
    const left = new Promise<void>((resolve) => (leave = resolve));
    try {
      if (this.#handingBack) await this.#handingBack;
      const piece = this.#verdict ? undefined : this.#pieces.take(this.#waiting);
      if (!piece) return null;
      const began = ports.clock.now();
      const isSmall = this.#transfer.demand.duration !== null && this.#pieces.isSmall(piece);
      const begun = (started: Attempt): void => {
        attempt = started;
        this.#attempts.set(started, left);
        if (!isWanted) started.abort('yielded');
      };
      const outcome = await fetchAResponse(this.#transfer, place, piece, { begun });
      const isStored = outcome.kind === 'stored';
      const now = ports.clock.now();
      const took = now - began;
      this.#transfer.isFast = isStored && !isSmall && took < options.checkpointInterval;
      if (isStored) this.#pieces.learn(piece, took, place.answeredAfter + now - (attempt?.receivedAt ?? now));
      else if (outcome.kind === 'failed' && outcome.by === 'crowd') this.#pieces.refused();
      if (!isStored) this.#putBack(piece);
      // no connection has to wait for a place any more
      else if (this.#waiting.length === 0) this.#dismiss();
      return outcome;
    } finally {
      if (attempt) this.#attempts.delete(attempt);
      leave();
      place.release();
    }
  }

  /** Has the missing rest of a piece wait again. */
  #putBack({ position, end, ...rest }: RestPlan): void {
    const data = this.#transfer.record.responseData;
    if (!data || end === null) return;
    const missing = findGaps(data.stored, end).filter((gap) => gap.end > position);
    this.#waiting.push(
      ...missing.map((gap) => ({ ...rest, position: Math.max(gap.start, position), end: gap.end })),
    );
    this.#waiting.sort((one, other) => one.position - other.position);
  }

  #conclude(outcome: Outcome): void {
    if (this.#verdict) return;
    this.#verdict = outcome;
    this.#endAttempts();
  }

  #endAttempts(): void {
    for (const attempt of this.#attempts.keys()) attempt.abort('given-up');
    this.#dismiss();
  }

  /** Ends the waits for places. */
  #dismiss(): void {
    for (const end of this.#waits) end();
  }
}
