import {
  type BodyKey,
  type FetchKey,
  type RequestBody,
  type Store,
  StoreError,
  type StoreTransaction,
} from '@background-fetch/core';
import type { SimulatedClock } from '../host/simulated-clock.ts';
import { MemoryDisk } from './memory-disk.ts';
import { bodyKeyOf, keyOf, MemoryTransaction } from './memory-transaction.ts';

export type WriteFailure = 'quota' | 'io';

export interface MemoryStoreOptions {
  /** The disk it shares with other contexts; one of its own if none is given. */
  disk?: MemoryDisk;
  /** Lets it notice transactions that wait for something else, and is needed for `commitDelay`. */
  clock?: SimulatedClock;
  /** ms of virtual time from the end of the work to stable storage; none if not given */
  commitDelay?: number;
  /** Whether `readBody` gives Blobs. True if not given. */
  blobs?: boolean;
}

/** One context's access to a disk. */
export class MemoryStore implements Store {
  readonly disk: MemoryDisk;
  /** Called with every write transaction whose work is done; one that crashes the store here is lost. */
  beforeCommit: () => void = () => {};
  /** Called when it is on the disk; a crash here means that its context never hears of it. */
  afterCommit: () => void = () => {};
  readonly #options: MemoryStoreOptions;
  #dead = false;
  #failure: WriteFailure | null = null;
  #failOnce = false;
  readonly #death: Promise<void>;
  #die: () => void = () => {};

  constructor(options: MemoryStoreOptions = {}) {
    this.#options = options;
    this.disk = options.disk ?? new MemoryDisk();
    this.#death = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  /** Ends this context as a kill does: what is not committed is lost, and nobody here hears of anything again. */
  crash(): void {
    this.#dead = true;
    this.#die();
  }

  /** Makes write transactions fail when they commit: the next one or, until told otherwise, all. */
  failWrites(failure: WriteFailure | null, how: 'once' | 'always' = 'always'): void {
    this.#failure = failure;
    this.#failOnce = how === 'once';
  }

  transact<T>(mode: 'read' | 'write', work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
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
      for (const [offset, chunk] of this.disk.bytes.get(bodyKeyOf(body))?.chunks ?? []) {
        if (start >= offset && start < offset + chunk.length && end > start) {
          return chunk.slice(start - offset, end - offset);
        }
      }
      return null;
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
    return this.transact('read', async () => read());
  }

  async #perform<T>(mode: 'read' | 'write', work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    if (this.#dead) await this.#never();
    const { clock, commitDelay } = this.#options;
    const turn = clock?.turn;
    let ended = false;
    const check = (writing: boolean) => {
      if (this.#dead) return this.#never();
      if (ended || clock?.turn !== turn) {
        throw new StoreError('The transaction has ended, because its work waited for something else');
      }
      if (writing && mode === 'read') throw new StoreError('A read transaction can not write');
    };
    const transaction = new MemoryTransaction(this.disk, check);
    try {
      const result = await work(transaction);
      await check(false);
      if (mode === 'write') {
        if (clock && commitDelay) await clock.wait(commitDelay);
        await this.#commit(transaction);
      }
      return result;
    } finally {
      ended = true;
    }
  }

  async #commit(transaction: MemoryTransaction): Promise<void> {
    this.beforeCommit();
    if (this.#dead) await this.#never();
    const failure = this.#failure;
    if (this.#failOnce) this.#failure = null;
    if (failure === 'io')
      throw new StoreError('The write failed', { cause: new Error('Simulated I/O error') });
    const { capacity } = this.disk;
    const full =
      capacity !== null && transaction.added > 0 && this.disk.used() + transaction.added > capacity;
    if (failure === 'quota' || full) throw new DOMException('The disk is full', 'QuotaExceededError');
    transaction.apply();
    this.afterCommit();
  }

  #never(): Promise<never> {
    return new Promise(() => {});
  }
}
