import {
  type BodyKey,
  type FetchKey,
  type HostBytes,
  type RegistrationKey,
  type RequestBody,
  type StoredBackgroundFetch,
  type StoredRecord,
  StoreError,
  type StoreTransaction,
} from '@background-fetch/node';
import { findChunk, fromStored, nameOf, nameOfBody, type Tables, toStored } from './tables.ts';

/** A transaction on tables that nobody else sees. What only reads is given one, too, whose type can't write. */
export class MemoryTransaction implements StoreTransaction {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  async getGeneration(scope: string): Promise<string | undefined> {
    return this.#tables.generations.get(scope);
  }

  putGeneration(scope: string, generation: string): void {
    this.#tables.generations.set(scope, generation);
  }

  async nextOrder(): Promise<number> {
    return ++this.#tables.lastOrder;
  }

  async getFetch(key: FetchKey): Promise<StoredBackgroundFetch | undefined> {
    const row = this.#tables.fetches.get(key);
    return row && fromStored(row);
  }

  async findFetches(registration: RegistrationKey, id: string): Promise<StoredBackgroundFetch[]> {
    return (await this.listFetches(registration)).filter((fetch) => fetch.id === id);
  }

  async listFetches(registration?: RegistrationKey): Promise<StoredBackgroundFetch[]> {
    return [...this.#tables.fetches.values()]
      .filter((row) => registration === undefined || row.registration === registration)
      .map(fromStored)
      .sort((a, b) => a.order - b.order);
  }

  putFetch(fetch: StoredBackgroundFetch): void {
    this.#tables.fetches.set(fetch.key, toStored(fetch));
  }

  deleteFetch(key: FetchKey): void {
    const { fetches, records, requestBodies, bodies } = this.#tables;
    fetches.delete(key);
    for (const table of [records, requestBodies, bodies]) {
      for (const [name, { fetch }] of table) if (fetch === key) table.delete(name);
    }
  }

  async getRecord(fetch: FetchKey, index: number): Promise<StoredRecord | undefined> {
    const owned = this.#tables.records.get(nameOf(fetch, index));
    return owned && fromStored(owned.row);
  }

  async listRecords(key: FetchKey): Promise<StoredRecord[]> {
    return [...this.#tables.records.values()]
      .filter(({ fetch }) => fetch === key)
      .map(({ row }) => fromStored(row))
      .sort((a, b) => a.index - b.index);
  }

  putRecord(record: StoredRecord): void {
    const { fetch, index } = record;
    this.#tables.records.set(nameOf(fetch, index), { fetch, row: toStored(record) });
  }

  putRequestBody(fetch: FetchKey, index: number, body: RequestBody): void {
    this.#tables.requestBodies.set(nameOf(fetch, index), { fetch, row: body });
  }

  putBytes(key: BodyKey, offset: number, given: readonly Uint8Array[] | HostBytes): void {
    // this store makes no bytes of its own: it has no stageBytes(), and the network of Node no takeWhole()
    const bytes = new Uint8Array(Buffer.concat(given as readonly Uint8Array[]));
    if (bytes.byteLength === 0) return;
    const name = nameOfBody(key);
    const chunks = this.#tables.bodies.get(name)?.row ?? [];
    if (findChunk(chunks, offset)) throw new StoreError(`Byte ${offset} of ${name} is stored already`);
    this.#tables.bodies.set(name, { fetch: key.fetch, row: [...chunks, { start: offset, bytes }] });
  }

  async moveBytes(from: BodyKey, to: BodyKey): Promise<void> {
    const moved = this.#tables.bodies.get(nameOfBody(from));
    if (!moved) return;
    this.#tables.bodies.set(nameOfBody(to), { fetch: to.fetch, row: moved.row });
    this.deleteBytes(from);
  }

  deleteBytes(key: BodyKey): void {
    this.#tables.bodies.delete(nameOfBody(key));
  }
}
