import type {
  BackgroundFetchSnapshot,
  FetchKey,
  RequestBody,
  StoredBackgroundFetch,
  StoredRecord,
} from '@background-fetch/core';
import type { Change, Table } from './table.ts';

export interface BodyRow {
  readonly fetch: FetchKey;
  readonly body: RequestBody;
}

export interface BytesRow {
  readonly fetch: FetchKey;
  /** By offset. */
  readonly chunks: ReadonlyMap<number, Uint8Array>;
}

/** What one transaction has changed. */
export interface Commit {
  readonly fetches: readonly Change<StoredBackgroundFetch>[];
  readonly records: readonly Change<StoredRecord>[];
  readonly bytes: readonly Change<BytesRow>[];
}

/** What outlives every context that uses it. Transactions of all of them pass one after the other. */
export class MemoryDisk {
  readonly generations: Table<string> = new Map();
  readonly orders: Table<number> = new Map();
  readonly fetches: Table<StoredBackgroundFetch> = new Map();
  readonly records: Table<StoredRecord> = new Map();
  readonly requestBodies: Table<BodyRow> = new Map();
  readonly bytes: Table<BytesRow> = new Map();
  readonly endings: Table<BackgroundFetchSnapshot> = new Map();
  /** By body and offset, what is written ahead of its transaction, or left by a death in its middle: not to be read. */
  readonly uncounted: Table<ReadonlyMap<number, Uint8Array>> = new Map();
  /** bytes; null where the host does not tell, and there is always room */
  capacity: number | null;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(capacity: number | null = null) {
    this.capacity = capacity;
  }

  /** Runs `task` when all that were queued before have ended. */
  enqueue(task: () => Promise<void>): void {
    this.#tail = this.#tail.then(task);
  }

  /** Bytes on the disk that no row counts. */
  leaveUncounted(body: string, offset: number, chunk: Uint8Array): void {
    this.uncounted.set(body, new Map(this.uncounted.get(body)).set(offset, chunk));
  }

  /** bytes of request and response bodies */
  used(): number {
    let total = 0;
    for (const { body } of this.requestBodies.values()) total += body.size;
    for (const { chunks } of this.bytes.values()) for (const chunk of chunks.values()) total += chunk.length;
    return total;
  }
}
