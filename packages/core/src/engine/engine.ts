import { fireABackgroundFetchClickEvent } from '../algorithms/fire-a-background-fetch-click-event.ts';
import { fireAnOwedEvent, fireTheTerminalEvent } from '../algorithms/fire-the-terminal-event.ts';
import { lookUp } from '../algorithms/look-up.ts';
import { makingRoom } from '../algorithms/make-room.ts';
import { performABackgroundFetch } from '../algorithms/perform-a-background-fetch.ts';
import { deleteReleased, tellOfRelease } from '../algorithms/release-the-records.ts';
import { findFailedBefore, takeOver } from '../algorithms/take-over-from-a-failed-fetch.ts';
import {
  type FetchKey,
  isKept,
  type RegistrationKey,
  type StoredBackgroundFetch,
} from '../model/background-fetch.ts';
import type { StoredRecord } from '../model/record.ts';
import { addUp, type BackgroundFetchSnapshot, takeSnapshot } from '../model/snapshot.ts';
import { released } from '../model/transitions.ts';
import type { EnginePorts, StoreReadTransaction, Wanted } from '../ports.ts';
import { CheckpointWriter } from '../transfer/checkpoint-writer.ts';
import { Job, type Workshop } from '../transfer/job.ts';
import { completeOptions, type GivenEngineOptions } from '../transfer/options.ts';
import { Origins } from '../transfer/origins.ts';
import { RecordPool } from '../transfer/record-pool.ts';
import { defaultStrategies, type TransferStrategies } from '../transfer/strategies.ts';

/** The name of the lock that the one engine of a registration holds for as long as it works. */
export function runningLock(registration: RegistrationKey): string {
  return `background-fetch running ${registration}`;
}

/** The steps that a host's engine takes in the host's own way. */
export interface EngineStrategies extends Partial<TransferStrategies> {
  /** Makes the workshop of one background fetch from that of all, for hosts whose users may set options for one. */
  readonly adapt?: (workshop: Workshop, fetch: StoredBackgroundFetch) => Workshop;
}

/** ms after which a store that failed is read again */
const storeRetryDelay = 60_000;
/** ms after which the running lock is asked for again where asking failed */
const startRetryDelay = 60_000;
/** ms; no host's timers take less */
const longestTimer = 24 * 60 * 60_000;

/**
 * Performs the background fetches of one service worker registration, as long as it holds their running lock:
 * however many contexts try, one engine works. What another context does to a fetch, this engine reads from the
 * store, when it is told to look.
 */
export class Engine {
  readonly #workshop: Workshop;
  readonly #adapt: NonNullable<EngineStrategies['adapt']>;
  readonly #registration: RegistrationKey;
  readonly #jobs = new Map<FetchKey, Job>();
  /** Paused fetches whose pause was already announced: they need no new job until they are resumed. */
  readonly #resting = new Set<FetchKey>();
  /** Fetches that are deleted as soon as nobody reads them any more. */
  readonly #deleting = new Set<FetchKey>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  #cancelRetry = (): void => {};
  #cancelKeeping = (): void => {};
  #endWanting = (): void => {};
  #holdsLock = false;
  #tookOver = false;

  /** @throws RangeError or TypeError for options that can't be */
  constructor(
    ports: EnginePorts,
    registration: RegistrationKey,
    given: GivenEngineOptions = {},
    { adapt = (workshop) => workshop, ...strategies }: EngineStrategies = {},
  ) {
    this.#adapt = adapt;
    const options = completeOptions(given);
    this.#registration = registration;
    this.#workshop = {
      ports,
      options,
      strategies: { ...defaultStrategies, ...strategies },
      writer: new CheckpointWriter(ports.store, ports.clock, (work) => makingRoom(ports, work)),
      origins: new Origins(ports, options),
      pool: new RecordPool(options.concurrency),
    };
  }

  get registration(): RegistrationKey {
    return this.#registration;
  }

  /** Waits for the running lock, takes over where the last engine stopped, and works until `stop()`. */
  start(): void {
    const { lock, log, clock, announcements } = this.#workshop.ports;
    const { signal } = this.#stopping;
    this.#running ??= lock
      .hold(runningLock(this.#registration), signal, async () => {
        this.#holdsLock = true;
        this.#endWanting = announcements.onWanted((wanted) => this.#noteWanted(wanted));
        this.look();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await this.#letGo();
      })
      .catch((error) => {
        if (signal.aborted) return;
        log.warn(`The engine can't run for a minute: ${error}`);
        this.#running = null;
        // the engine tries again by itself, because nobody else may come to start it
        clock.setTimer(startRetryDelay, () => this.start());
      });
  }

  /** Reads the store for what other contexts have done: fetches started, aborted, paused, resumed, purged. */
  look(): void {
    if (!this.#holdsLock || this.#stopping.signal.aborted) return;
    this.#lookAgain = true;
    if (this.#looking) return;
    this.#looking = this.#lookWhileAsked();
    this.#workshop.ports.lifetime.keepAwake(this.#looking);
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#lookAgain && !this.#stopping.signal.aborted) {
      this.#lookAgain = false;
      await this.#readStore().catch((error) => this.#lookLater('The engine', error));
    }
    this.#looking = null;
  }

  /** The store failed: nobody else may come to try it again. */
  #lookLater(who: string, error: unknown): void {
    const { clock, log } = this.#workshop.ports;
    if (this.#stopping.signal.aborted) return;
    log.warn(`${who} stopped for a minute: ${error}`);
    // a fetch that fails at every look must not leave a timer behind each time
    this.#cancelRetry();
    this.#cancelRetry = clock.setTimer(storeRetryDelay, () => this.look());
  }

  #failed({ id }: StoredBackgroundFetch, error: unknown): void {
    this.#lookLater(`Background fetch "${id}"`, error);
  }

  #noteWanted({ key, index }: Wanted): void {
    const job = this.#jobs.get(key);
    if (job?.records[index]) job.demand(index).note();
  }

  /**
   * The user activated what shows this fetch. Nothing happens if it is gone without having ended.
   * @param last what is known of it by who saw that, where nothing is stored of it any more
   */
  async click(
    fetch: Pick<BackgroundFetchSnapshot, 'key' | 'order'>,
    last?: BackgroundFetchSnapshot,
  ): Promise<void> {
    const { store, events } = this.#workshop.ports;
    const stored = await store.read((transaction) => lookUp(transaction, fetch));
    const snapshot = stored ?? (last?.result ? { ...last, recordsAvailable: false } : undefined);
    if (snapshot?.registration !== this.#registration) return;
    await fireABackgroundFetchClickEvent(events, snapshot);
  }

  /** Lets go: resolves when what was received is at rest and another engine may take over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #letGo(): Promise<void> {
    for (const job of this.#jobs.values()) job.interrupt('stopped');
    await this.#looking;
    for (const job of this.#jobs.values()) job.interrupt('stopped');
    // an event that is being handled is handled to its end: the next engine must not dispatch it meanwhile
    await Promise.all(this.#tasks);
    await this.#workshop.writer.idle();
    this.#cancelKeeping();
    this.#endWanting();
    this.#holdsLock = false;
  }

  async #readStore(): Promise<void> {
    const { store, mend } = this.#workshop.ports;
    const first = !this.#tookOver;
    if (first) await mend?.(this.#registration);
    const fetches = await store.read((transaction) => transaction.listFetches(this.#registration));
    const stored = new Set(fetches.map((fetch) => fetch.key));
    // the fetch was purged, with its registration or the whole store: there is nothing to end
    for (const [key, job] of this.#jobs) if (!stored.has(key)) job.interrupt('aborted');
    let keptFor = Number.POSITIVE_INFINITY;
    for (const fetch of fetches) {
      // a fetch whose records can't be read keeps no other waiting
      if (fetch.state !== 'released') await this.#follow(fetch).catch((error) => this.#failed(fetch, error));
      else {
        // an earlier engine may have died before it told of it
        if (first) await tellOfRelease(this.#workshop, fetch);
        keptFor = Math.min(keptFor, await this.#keepOrDelete(fetch));
      }
    }
    this.#cancelKeeping();
    if (Number.isFinite(keptFor)) {
      const delay = Math.min(keptFor, longestTimer);
      this.#cancelKeeping = this.#workshop.ports.clock.setTimer(delay, () => this.look());
    }
    this.#tookOver = true;
  }

  /** Deletes one that is released, and not or no longer to be kept; resolves with the ms for which it is kept still, if it is. */
  async #keepOrDelete(fetch: StoredBackgroundFetch): Promise<number> {
    const { ports, options, writer } = this.#workshop;
    const { key } = fetch;
    // the job looks again when it ends
    if (this.#jobs.has(key)) return Number.POSITIVE_INFINITY;
    const now = ports.clock.now();
    const left = isKept(fetch) ? fetch.keptUntil - now : 0;
    // the clock was set back, or less is wanted than before
    if (left > options.keepFailed) {
      await writer.write(async (transaction) => {
        const current = await transaction.getFetch(key);
        if (current && isKept(current)) transaction.putFetch(released(current, now + options.keepFailed));
      });
    }
    if (Math.min(left, options.keepFailed) > 0) return Math.min(left, options.keepFailed);
    if (this.#deleting.has(key)) return Number.POSITIVE_INFINITY;
    this.#deleting.add(key);
    void deleteReleased(this.#workshop, key, this.#stopping.signal).then(() => this.#deleting.delete(key));
    return Number.POSITIVE_INFINITY;
  }

  async #follow(fetch: StoredBackgroundFetch): Promise<void> {
    const { key, state } = fetch;
    const told = this.#resting.has(key);
    if (state === 'paused') this.#resting.add(key);
    else this.#resting.delete(key);
    const job = this.#jobs.get(key);
    // this fetch goes on from what the fetch of this job has left, and begins when that job has ended
    if (job && job.fetch.order !== fetch.order) return;
    if (job) job.adopt(fetch);
    else if (state !== 'paused' || !told) await this.#begin(fetch);
  }

  async #begin(fetch: StoredBackgroundFetch): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const records = await this.#readRecords(fetch);
    if (!records) return;
    const job = new Job(this.#adapt(this.#workshop, fetch), fetch, records);
    this.#jobs.set(fetch.key, job);
    const task = this.#perform(job)
      .finally(() => {
        this.#tasks.delete(task);
        this.#jobs.delete(fetch.key);
      })
      .then(
        // the next look releases the fetch, or goes on with it after a pause
        () => this.look(),
        (error) => this.#failed(fetch, error),
      );
    this.#tasks.add(task);
    this.#workshop.ports.lifetime.keepAwake(task);
  }

  /** Null for a fetch that has ended since it was listed. */
  async #readRecords(fetch: StoredBackgroundFetch): Promise<StoredRecord[] | null> {
    const { ports, writer } = this.#workshop;
    const look = async (transaction: StoreReadTransaction) => {
      const current = await transaction.getFetch(fetch.key);
      if (current?.order !== fetch.order || current.state === 'released') return null;
      const records = await transaction.listRecords(fetch.key);
      return { records, earlier: await findFailedBefore(transaction, fetch, records) };
    };
    const found = await ports.store.read(look);
    if (!found?.earlier) return found?.records ?? null;
    const { earlier } = found;
    // where there is no room to take over, the fetch begins anew
    await writer.write((transaction) => takeOver(transaction, fetch, earlier)).catch(() => {});
    return (await ports.store.read(look))?.records ?? null;
  }

  async #perform(job: Job): Promise<void> {
    const { signal } = this.#stopping;
    if (job.fetch.state === 'event-owed') return await fireAnOwedEvent(this.#workshop, job.fetch, signal);
    const ended = await performABackgroundFetch(job);
    // the context that purged the fetch has told of it, unless it was the user or the browser
    if (!ended && job.interruption !== 'stopped')
      this.#workshop.ports.announcements.publish(
        takeSnapshot({ ...job.fetch, state: 'released' }, addUp([])),
      );
    if (ended?.state === 'event-owed') await fireTheTerminalEvent(this.#workshop, ended, signal);
  }
}
