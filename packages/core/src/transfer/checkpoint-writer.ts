import type { FetchKey } from '../model/background-fetch.ts';
import type { StoredRecord } from '../model/record.ts';
import type { Clock, Store, StoreTransaction } from '../ports.ts';

type Work = (transaction: StoreTransaction) => Promise<unknown>;
type RecordWork = (transaction: StoreTransaction, record: StoredRecord | undefined) => Promise<unknown>;

type MakingRoom = <T>(work: () => Promise<T>) => Promise<T>;

interface Pending {
  /** The record that `work` changes; null for work that may change anything. */
  readonly record: readonly [fetch: FetchKey, index: number] | null;
  readonly work: RecordWork;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The number of writes that share one transaction at most. */
const largestBatch = 64;
/** ms for which records gather at most */
const longestRest = 50;

/**
 * Writes one transaction at a time and lets the writes that gather meanwhile share the next one: making bytes
 * durable takes about as long for one small record as for many. Where several records share them, it rests for as long
 * as it has written, so that more do; what is no record's alone is written at once.
 */
export class CheckpointWriter {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #pending: Pending[] = [];
  /** Does the work that is given to it; if there is no room, once more whenever some could be made. */
  readonly makingRoom: MakingRoom;
  #draining: Promise<void> | null = null;
  #endRest = (): void => {};

  constructor(store: Store, clock: Clock, makingRoom: MakingRoom = (work) => work()) {
    this.#store = store;
    this.#clock = clock;
    this.makingRoom = makingRoom;
  }

  /** Resolves when what `work` wrote is on stable storage; rejects as `Store.write`, for this write alone. */
  write(work: Work): Promise<void> {
    return this.#enqueue(null, work);
  }

  /**
   * Writes, for work that changes this record and no other. The work is given the record as it is at rest, undefined
   * if there is none.
   */
  writeRecord(fetch: FetchKey, index: number, work: RecordWork): Promise<void> {
    return this.#enqueue([fetch, index], work);
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    this.#endRest();
    await this.#draining;
  }

  #enqueue(record: Pending['record'], work: RecordWork): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ record, work, resolve, reject });
      this.#draining ??= this.#drain();
      if (!this.#mayRest) this.#endRest();
    });
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0, largestBatch);
      const began = this.#clock.now();
      try {
        await this.makingRoom(() => this.#transact(batch));
        for (const { resolve } of batch) resolve();
        if (new Set(batch.map(({ record }) => `${record}`)).size > 1)
          await this.#rest(this.#clock.now() - began);
      } catch (error) {
        if (batch.length === 1) batch[0]?.reject(error);
        else await this.#writeOneByOne(batch);
      }
    }
    this.#draining = null;
  }

  get #mayRest(): boolean {
    return this.#pending.length < largestBatch && this.#pending.every(({ record }) => record);
  }

  #rest(duration: number): Promise<void> {
    return new Promise((resolve) => {
      // a clock that was set tells nothing
      const cancel = this.#clock.setTimer(Math.min(Math.max(duration, 0), longestRest), resolve);
      this.#endRest = () => {
        cancel();
        resolve();
      };
      if (!this.#mayRest) this.#endRest();
    });
  }

  #transact(batch: readonly Pending[]): Promise<void> {
    return this.#store.write(async (transaction) => {
      // all rows are asked for at once, because in WebKit each question takes a way to another process and back
      const ahead = new Map<string, Promise<StoredRecord | undefined>>();
      for (const { record } of batch) {
        if (!record || ahead.has(`${record}`)) continue;
        const reading = transaction.getRecord(...record);
        reading.catch(() => {}); // nobody may come to wait for it
        ahead.set(`${record}`, reading);
      }
      // the works follow one after the other: a later write must see what an earlier one made of the same row
      for (const { record, work } of batch) {
        const reading = record ? (ahead.get(`${record}`) ?? transaction.getRecord(...record)) : undefined;
        await work(transaction, await reading);
        if (record) ahead.delete(`${record}`);
        else ahead.clear();
      }
    });
  }

  /** A transaction that failed failed for all; alone, only those fail that are at fault. */
  async #writeOneByOne(batch: readonly Pending[]): Promise<void> {
    for (const pending of batch) await this.#transact([pending]).then(pending.resolve, pending.reject);
  }
}
