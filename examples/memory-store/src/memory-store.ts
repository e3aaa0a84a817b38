import type {
  BodyKey,
  EngineStore,
  FetchKey,
  RequestBody,
  StoreReadTransaction,
  StoreTransaction,
} from '@background-fetch/node';
import { MemoryTransaction } from './memory-transaction.ts';
import { copyTables, emptyTables, findChunk, nameOf, nameOfBody, type Tables } from './tables.ts';

/**
 * A store whose stable storage is the memory of this process: an example of what an engine needs of one. It outlives its
 * engine, so that the next one that opens it goes on.
 */
export class MemoryStore implements EngineStore {
  readonly name = 'in memory';
  #tables: Tables = emptyTables();
  /** Settles when the writes that were asked for so far have ended. */
  #writes: Promise<unknown> = Promise.resolve();

  /** Each read sees the state at its beginning: no write changes tables that are there. */
  async read<T>(work: (transaction: StoreReadTransaction) => Promise<T>): Promise<T> {
    return await work(new MemoryTransaction(this.#tables));
  }

  /** One write after the other: each works on a copy, which takes the place of the tables if the work succeeds. */
  async write<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    const write = async (): Promise<T> => {
      const tables = copyTables(this.#tables);
      const result = await work(new MemoryTransaction(tables));
      // a store on a disk makes it durable here, and throws a StoreError, or a QuotaExceededError, where it can't
      this.#tables = tables;
      return result;
    };
    const written = this.#writes.then(write, write);
    this.#writes = written;
    return await written;
  }

  async takeRequestBody(request: Request): Promise<RequestBody> {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return { size: bytes.byteLength, value: bytes };
  }

  async readRequestBody(fetch: FetchKey, index: number): Promise<RequestBody | null> {
    return this.#tables.requestBodies.get(nameOf(fetch, index))?.row ?? null;
  }

  async readBytes(body: BodyKey, start: number, end: number): Promise<Uint8Array | null> {
    const chunk = findChunk(this.#tables.bodies.get(nameOfBody(body))?.row, start);
    if (!chunk || end <= start) return null;
    return chunk.bytes.slice(start - chunk.start, end - chunk.start);
  }

  /** Streams of `readBytes()` serve Node better. */
  async readBody(): Promise<null> {
    return null;
  }

  async spaceLeft(): Promise<null> {
    return null;
  }
}
