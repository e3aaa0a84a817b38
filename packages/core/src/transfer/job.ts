import type { StoredBackgroundFetch } from '../model/background-fetch.ts';
import type { BodyKey, StoredRecord, UnsettledRecord } from '../model/record.ts';
import { addUp, type Totals } from '../model/snapshot.ts';
import { requireUnsettled, storedLength, withRecordResult } from '../model/transitions.ts';
import type { EnginePorts, HostBytes, StoreTransaction } from '../ports.ts';
import type { CheckpointWriter } from './checkpoint-writer.ts';
import { Demand } from './demand.ts';
import type { EngineOptions } from './options.ts';
import type { Origins } from './origins.ts';
import type { RecordPool } from './record-pool.ts';
import type { TransferStrategies } from './strategies.ts';

/** Why the transfers of a job have to let go: for ever, or until the fetch gets another job. */
export type Interruption = 'aborted' | 'stopped';

/** The state that all jobs of an engine share. */
export interface Workshop {
  readonly ports: EnginePorts;
  readonly options: EngineOptions;
  readonly strategies: TransferStrategies;
  readonly writer: CheckpointWriter;
  readonly origins: Origins;
  /** The records that transfer at a time. */
  readonly pool: RecordPool;
}

/** Bytes that go into the store together with a change of their record. */
export interface BytesToStore {
  readonly key: BodyKey;
  readonly offset: number;
  readonly parts: readonly Uint8Array[] | HostBytes;
  /** bytes in all `parts`, which were counted as pending */
  readonly length: number;
}

/** One background fetch while an engine performs it: a mirror of what is at rest, and the means to interrupt the work. */
export class Job {
  readonly #run = new AbortController();
  #interruption: Interruption | null = null;
  /** Called after every change of what is at rest. */
  onChange = (): void => {};
  /**
   * The totals are kept up to date, because adding up 100,000 records at each change would take longer than fetching
   * them.
   */
  totals: Totals;
  /** Bytes received and not yet among the totals. */
  pendingBytes = 0;
  /** Functions that end the waits of the records: many listeners of one signal would take ever longer to add. */
  readonly waits = new Set<() => void>();
  /** The demands for the bodies of the records, by their index, of those that somebody has asked for. */
  readonly #demands = new Map<number, Demand>();

  constructor(
    readonly workshop: Workshop,
    public fetch: StoredBackgroundFetch,
    /** The records as they are at rest, or will be with the next commit: `uploaded` may be ahead. */
    readonly records: StoredRecord[],
  ) {
    this.totals = addUp(records);
    this.adopt(fetch);
  }

  get interruption(): Interruption | null {
    return this.#interruption;
  }

  /** Aborted when the transfers have to let go. */
  get signal(): AbortSignal {
    return this.#run.signal;
  }

  record(index: number): StoredRecord {
    return this.records[index] as StoredRecord;
  }

  /** The demand for a record's body. */
  demand(index: number): Demand {
    const demand = this.#demands.get(index) ?? new Demand(this.workshop.ports.clock);
    this.#demands.set(index, demand);
    return demand;
  }

  /** Puts a record into the place of what it was before. */
  mirror(index: number, next: StoredRecord): void {
    const before = this.record(index);
    this.records[index] = next;
    const { uploaded, downloaded } = this.totals;
    this.totals = {
      uploaded: uploaded + next.uploaded - before.uploaded,
      downloaded: downloaded + storedLength(next) - storedLength(before),
    };
  }

  /** A stop ends everything, an abort too. */
  interrupt(interruption: Interruption): void {
    if (this.#interruption !== 'stopped') this.#interruption = interruption;
    this.#run.abort();
    for (const end of this.waits) end();
  }

  /**
   * Makes a change of a record durable, with the bytes that belong to it, in one transaction.
   * @param change makes the new row of the one at rest; may throw StaleWriteError
   */
  async commit(
    index: number,
    change: (record: UnsettledRecord) => StoredRecord,
    bytes?: BytesToStore,
  ): Promise<void> {
    const { fetch: key } = this.record(index);
    let next: StoredRecord | undefined;
    let fetch: StoredBackgroundFetch | undefined;
    const write = async (transaction: StoreTransaction, record: StoredRecord | undefined): Promise<void> => {
      const current = requireUnsettled(record);
      next = change({ ...current, uploaded: this.record(index).uploaded });
      const kept = [next.responseData?.body, next.interrupted?.body];
      for (const data of [current.responseData, current.interrupted]) {
        if (data && !kept.includes(data.body))
          transaction.deleteBytes({ fetch: key, index, body: data.body });
      }
      if (bytes) transaction.putBytes(bytes.key, bytes.offset, staged ?? bytes.parts);
      transaction.putRecord(next);
      if (next.state === 'settled' && next.result !== 'success') {
        const row = await transaction.getFetch(key);
        if (row) {
          fetch = withRecordResult(row, next.result);
          transaction.putFetch(fetch);
        }
      }
    };
    const { ports, writer } = this.workshop;
    const received = bytes && !('value' in bytes.parts) ? bytes.parts : null;
    let staged: HostBytes | undefined;
    try {
      if (bytes && received)
        staged = await writer.makingRoom(async () =>
          ports.store.stageBytes?.(bytes.key, bytes.offset, received),
        );
      await writer.writeRecord(key, index, write);
      if (received) ports.network.release?.(received);
      if (next) this.mirror(index, next);
    } finally {
      // the count changes in one step with the mirror: whoever adds up both must never count these bytes twice
      this.pendingBytes -= bytes?.length ?? 0;
    }
    // the row may have been read while a pause or an abort was on its way here: those are followed, not mirrored
    if (fetch && fetch.state === this.fetch.state) this.fetch = fetch;
    this.onChange();
  }

  /** Takes over the row at rest, which another context may have changed, and tells of it. */
  adopt(fetch: StoredBackgroundFetch): void {
    const changed = (['state', 'title', 'pauses'] as const).some(
      (member) => this.fetch[member] !== fetch[member],
    );
    this.fetch = fetch;
    if (changed) this.onChange();
    if (fetch.state === 'paused') this.interrupt('stopped');
    if (fetch.state === 'aborting') this.interrupt('aborted');
  }
}
