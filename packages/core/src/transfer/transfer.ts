import { prefixLength } from '../model/byte-ranges.ts';
import type { BodyKey, RecordResult, StoredRecord, UnsettledRecord } from '../model/record.ts';
import { settled } from '../model/transitions.ts';
import type { EnginePorts, Fault } from '../ports.ts';
import { AwaitedPieces } from './awaited-pieces.ts';
import type { Claim } from './claims.ts';
import { type Course, firstCourse } from './course.ts';
import type { Demand } from './demand.ts';
import type { BytesToStore, Job } from './job.ts';
import type { EngineOptions } from './options.ts';
import type { Origin } from './origin.ts';
import { type Outcome, settledOutcome } from './outcome.ts';
import type { Place } from './place.ts';
import { isRetryableMethod } from './retry-schedule.ts';

/** The number of times that a resource that was served before is taken for refused because of other requests. */
const mostRefusals = 8;

/** One record while its job completes it, with what was learnt in this run and is not at rest. */
export class Transfer {
  course: Course = firstCourse;
  /** Consecutive requests for a range that brought not a byte although the server answers. */
  fruitlessRanges = 0;
  /** The time at which nobody answered its request last, in ms since the epoch. */
  silentAt: number | null = null;
  /** The number of refusals of a request that was one of several: after a few, they are the record's own failure. */
  #crowdRefusals = 0;
  #takenBack = 0;
  #hasAsked = false;
  #outages = 0;
  /** The offset at which the last whole body ended whose end could not be proven, in bytes. */
  endedAt: number | null = null;
  /** The number of whole bodies whose end could not be proven, where ranges do not work. */
  unprovenEnds = 0;
  /** Whether pieces come in less time than lies between two checkpoints: one that comes at once is no more at stake. */
  isFast = false;
  /** The reason for which the stored bytes can't be continued, once something has shown that. */
  doubt: string | null = null;
  /** Whether assembled bytes had the wrong digest: they got a second chance in one piece. */
  integrityFailed = false;

  /** The pieces in which the body is fetched while somebody waits for it. */
  readonly awaitedPieces: AwaitedPieces;

  constructor(
    readonly job: Job,
    readonly index: number,
  ) {
    this.awaitedPieces = new AwaitedPieces(this.demand, this.options, job.workshop.strategies);
  }

  get record(): StoredRecord {
    return this.job.record(this.index);
  }

  /** Tells what is wrong with an answer. */
  tell(fault: Fault): void {
    this.ports.log.fault?.(this.job.fetch.id, this.record.request.url, fault);
  }

  /** The demand for the body. */
  get demand(): Demand {
    return this.job.demand(this.index);
  }

  get origin(): Origin {
    return this.job.workshop.origins.of(this.record.request.url);
  }

  get ports(): EnginePorts {
    return this.job.workshop.ports;
  }

  get options(): EngineOptions {
    return this.job.workshop.options;
  }

  /** Whether `If-Range` needs no preflight, neither at its URL nor where redirects have led from there. */
  get sendsIfRange(): boolean {
    const { request, responseData } = this.record;
    return this.ports.network.sendsIfRange(request.url) && responseData?.head.type !== 'cors';
  }

  /** Whether a response was ever seen: a failure is then not taken for a refusal that will not pass. */
  get wasAnswered(): boolean {
    const { retries, responseData } = this.record;
    return retries.answered || responseData !== null;
  }

  /** Whether its resource was served, at least in part. */
  get wasServed(): boolean {
    return this.record.responseData?.head.status === 200;
  }

  /** Whether its last request was refused, and that taken for due to the requests beside it. */
  get wasRefused(): boolean {
    return this.#crowdRefusals > this.#takenBack;
  }

  /**
   * Takes a refusal for due to the requests beside it, and counts it. After a few of them without a new byte, it is the
   * record's own, and this is false.
   * @param isLikely whether the refusal looks like that
   */
  takeForOneTooMany(isLikely: boolean): boolean {
    const { outages } = this.origin;
    // the reason of refusals before the outage says nothing of the origin since then
    if (outages !== this.#outages) this.forgetRefusals();
    this.#outages = outages;
    const most = this.wasServed || this.origin.hasLimit ? mostRefusals : isLikely ? 3 : 1;
    if (this.#crowdRefusals >= most) return false;
    this.#crowdRefusals++;
    return true;
  }

  /**
   * Takes back the refusals that were counted against the origin: the resource was refused for itself, and the origin
   * bears those requests.
   */
  takeBackRefusals(): void {
    this.origin.forgive(this.#crowdRefusals - this.#takenBack);
    this.#takenBack = this.#crowdRefusals;
  }

  /** Forgets refusals when bytes came, or the origin has changed: the reason of those before says nothing of now. */
  forgetRefusals(): void {
    this.#crowdRefusals = 0;
    this.#takenBack = 0;
  }

  /** The key by which the bytes of one of its bodies are stored. */
  bodyKey(body: number): BodyKey {
    return { fetch: this.job.fetch.key, index: this.index, body };
  }

  /**
   * Resolves with a place among the requests to the record's origin; with null if the origin has been silent for too
   * long. Rejects once the signal is aborted.
   * @param position where in the body the request begins, in bytes
   * @param wanted see `Claim`
   */
  acquirePlace(
    position: number,
    wanted: Pick<Claim, 'signal' | 'waits' | 'giveUp'> = this.job,
  ): Promise<Place | null> {
    const { record, job, options } = this;
    const { outage, firstAnswer } = options.retry;
    const isKnown = this.wasAnswered || this.origin.answeredAt !== null;
    const isNew = !this.#hasAsked;
    this.#hasAsked = true;
    return this.origin.acquire({
      fetchOrder: job.fetch.order,
      recordIndex: this.index,
      position,
      signal: wanted.signal,
      waits: wanted.waits,
      giveUp: wanted.giveUp,
      isNew,
      isRepeatable: isRetryableMethod(record.request.method),
      pool: job.workshop.pool,
      begun: prefixLength(record.responseData?.stored ?? []) > 0,
      patience: isKnown ? outage : Math.min(firstAnswer, outage),
      since: record.state === 'offline' ? (record.since ?? null) : null,
    });
  }

  /** Makes a change of the record durable: see `Job.commit`. */
  commit(change: (record: UnsettledRecord) => StoredRecord, bytes?: BytesToStore): Promise<void> {
    return this.job.commit(this.index, change, bytes);
  }

  /** @param content see `settled` */
  async settle(result: RecordResult, content?: 'void'): Promise<Outcome> {
    await this.commit((record) => settled(record, result, content));
    return settledOutcome;
  }
}
