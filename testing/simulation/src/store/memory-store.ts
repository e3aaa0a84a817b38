import {
  type BodyKey,
  type FetchKey,
  type HostBytes,
  type RequestBody,
  type Store,
  StoreError,
  type StoreReadTransaction,
  type StoreTransaction,
} from '@background-fetch/core';
import type { SimulatedClock } from '../host/simulated-clock.ts';
import { type Commit, MemoryDisk } from './memory-disk.ts';
import { bodyKeyOf, keyOf, MemoryTransaction } from './memory-transaction.ts';

export type WriteFailure = 'quota' | 'io';

export interface MemoryStoreOptions {
  /** The disk it shares with other contexts; one of its own if none is given. */
  disk?: MemoryDisk;
  /** Lets it notice transactions that wait for something else, and is needed for `commitDelay`. */
  clock?: SimulatedClock;
  /** ms of virtual time from the end of the work to stable storage; none if not given */
  commitDelay?: number;
  /** ms of virtual time to bring bytes to the disk ahead of their transaction; without it, transactions do both */
  stageDelay?: number;
  /** Called with every write of this context as it becomes durable. */
  onCommit?: (commit: Commit) => void;
  /** Called with every write of this context that fails. */
  onFailure?: (failure: WriteFailure) => void;
  /** Whether `readBody` gives Blobs. True if not given. */
  blobs?: boolean;
  /** Whether they are readable when the body is deleted, as they are here. Told to the core; true if not given. */
  blobsOutlast?: boolean;
}

/** One context's access to a disk. */
export class MemoryStore implements Store {
  readonly disk: MemoryDisk;
  readonly blobsOutlast: boolean;
  readonly stageBytes?: NonNullable<Store['stageBytes']>;
  /** Called with every write transaction whose work is done; one that crashes the store here is lost. */
  beforeCommit: () => void = () => {};
  /** Called when it is on the disk; a crash here means that its context never hears of it. */
  afterCommit: () => void = () => {};
  readonly #options: MemoryStoreOptions;
  #staging: Promise<void> = Promise.resolve();
  #committing: MemoryTransaction | null = null;
  #dead = false;
  #failure: WriteFailure | null = null;
  #failOnce = false;
  readonly #death: Promise<void>;
  #die: () => void = () => {};

  constructor(options: MemoryStoreOptions = {}) {
    this.#options = options;
    this.disk = options.disk ?? new MemoryDisk();
    this.blobsOutlast = options.blobsOutlast ?? true;
    const { clock, stageDelay } = options;
    if (stageDelay !== undefined) {
      this.stageBytes = (body, offset, parts) => {
        const written = async (): Promise<void> => clock?.wait(stageDelay);
        const staged = this.#staging.then(() => this.#stage(written(), body, offset, parts));
        this.#staging = staged.then(
          () => {},
          () => {},
        );
        return staged;
      };
    }
    this.#death = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  /**
   * Ends this context as a kill does: what is not committed is lost, and nobody here hears of anything again.
   * @param torn whether bytes that were being written are left behind in part
   */
  crash(torn = false): void {
    this.#dead = true;
    if (torn) this.#committing?.tear();
    this.#die();
  }

  /** Makes write transactions fail when they commit: the next one or, until told otherwise, all. */
  failWrites(failure: WriteFailure | null, how: 'once' | 'always' = 'always'): void {
    this.#failure = failure;
    this.#failOnce = how === 'once';
  }

  read<T>(work: (transaction: StoreReadTransaction) => Promise<T>): Promise<T> {
    return this.#transact('read', work);
  }

  write<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#transact('write', work);
  }

  #transact<T>(mode: 'read' | 'write', work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.disk.enqueue(async () => {
        // A dead context lets the others go on, and its own promises never settle.
        const outcome = this.#perform(mode, work).then(
          (result) => () => resolve(result),
          (error) => () => reject(error),
        );
        const report = await Promise.race([outcome, this.#death]);
        if (!this.#dead) report?.();
      });
    });
  }

  async takeRequestBody(request: Request): Promise<RequestBody> {
    // Bodies that are Blobs or forms are read outside of promise jobs.
    const reading = request.arrayBuffer();
    const value = new Uint8Array(await (this.#options.clock?.holdFor(reading) ?? reading));
    return { size: value.length, value };
  }

  readRequestBody(fetch: FetchKey, index: number): Promise<RequestBody | null> {
    return this.#read(() => {
      const row = this.disk.requestBodies.get(keyOf(fetch, index));
      return row ? structuredClone(row.body) : null;
    });
  }

  readBytes(body: BodyKey, start: number, end: number): Promise<Uint8Array | null> {
    return this.#read(() => {
      const key = bodyKeyOf(body);
      return (
        findBytes(this.disk.bytes.get(key)?.chunks, start, end) ??
        findBytes(this.disk.uncounted.get(key), start, end)
      );
    });
  }

  readBody(body: BodyKey, length: number, type: string): Promise<Blob | null> {
    return this.#read(() => {
      if (this.#options.blobs === false) return null;
      const chunks = this.disk.bytes.get(bodyKeyOf(body))?.chunks;
      const parts: Uint8Array<ArrayBuffer>[] = [];
      let position = 0;
      while (position < length) {
        const chunk = chunks?.get(position);
        if (!chunk) return null;
        parts.push(chunk.slice(0, length - position));
        position += chunk.length;
      }
      return new Blob(parts, { type });
    });
  }

  async spaceLeft(): Promise<number | null> {
    return this.#read(() =>
      this.disk.capacity === null ? null : Math.max(0, this.disk.capacity - this.disk.used()),
    );
  }

  #read<T>(read: () => T): Promise<T> {
    return this.read(async () => read());
  }

  async #perform<T>(mode: 'read' | 'write', work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    if (this.#dead) await this.#never();
    const { clock, commitDelay } = this.#options;
    const turn = clock?.turn;
    let ended = false;
    const check = () => {
      if (this.#dead) return this.#never();
      if (ended || clock?.turn !== turn) {
        throw new StoreError('The transaction has ended, because its work waited for something else');
      }
    };
    const transaction = new MemoryTransaction(this.disk, check);
    try {
      const result = await work(transaction);
      await check();
      if (mode === 'write') {
        this.#committing = transaction;
        if (clock && commitDelay) await clock.wait(commitDelay);
        await this.#commit(transaction);
      }
      return result;
    } finally {
      ended = true;
      this.#committing = null;
    }
  }

  async #stage(
    written: Promise<void>,
    body: BodyKey,
    offset: number,
    parts: readonly Uint8Array[],
  ): Promise<HostBytes> {
    await written;
    if (this.#dead) await this.#never();
    this.#failIfAsked();
    const value = Buffer.concat(parts);
    this.disk.leaveUncounted(bodyKeyOf(body), offset, value);
    return { size: value.length, value };
  }

  #failIfAsked(): void {
    const failure = this.#failure;
    if (this.#failOnce) this.#failure = null;
    if (failure) this.#options.onFailure?.(failure);
    if (failure === 'io')
      throw new StoreError('The write failed', { cause: new Error('Simulated I/O error') });
    if (failure === 'quota') throw diskFull();
  }

  async #commit(transaction: MemoryTransaction): Promise<void> {
    this.beforeCommit();
    if (this.#dead) await this.#never();
    this.#failIfAsked();
    const { capacity } = this.disk;
    const full =
      capacity !== null && transaction.added > 0 && this.disk.used() + transaction.added > capacity;
    if (full) {
      this.#options.onFailure?.('quota');
      throw diskFull();
    }
    const commit = transaction.apply();
    this.#options.onCommit?.(commit);
    this.afterCommit();
  }

  #never(): Promise<never> {
    return new Promise(() => {});
  }
}

function diskFull(): DOMException {
  return new DOMException('The disk is full', 'QuotaExceededError');
}

function findBytes(
  chunks: ReadonlyMap<number, Uint8Array> | undefined,
  start: number,
  end: number,
): Uint8Array | null {
  for (const [offset, chunk] of chunks ?? []) {
    if (start >= offset && start < offset + chunk.length && end > start) {
      return chunk.slice(start - offset, end - offset);
    }
  }
  return null;
}
