import {
  type BackgroundFetchSnapshot,
  type BodyKey,
  type FetchKey,
  type HostBytes,
  NewerSchemaError,
  type RegistrationKey,
  type RequestBody,
  type StoredBackgroundFetch,
  type StoredRecord,
  StoreError,
  type StoreTransaction,
  schemaVersion,
  withoutFragment,
} from '@background-fetch/core';
import type { BodyRow, BytesRow, Commit, MemoryDisk } from './memory-disk.ts';
import { TableView } from './table.ts';

/** One text per list of parts, whatever characters are in them. */
export function keyOf(...parts: (string | number)[]): string {
  return JSON.stringify(parts);
}

export function bodyKeyOf({ fetch, index, body }: BodyKey): string {
  return keyOf(fetch, index, body);
}

/** As a row passes a store: no object is shared, and what can't be kept is refused. */
function copyRow<T>(row: T): T {
  try {
    return structuredClone(row);
  } catch (cause) {
    throw new StoreError('The row can not be stored', { cause });
  }
}

function known<T extends { schema: number }>(row: T): T {
  if (row.schema > schemaVersion) throw new NewerSchemaError();
  return copyRow(row);
}

/** A transaction on a disk. Nothing is written before `apply`. */
export class MemoryTransaction implements StoreTransaction {
  readonly #generations: TableView<string>;
  readonly #orders: TableView<number>;
  readonly #fetches: TableView<StoredBackgroundFetch>;
  readonly #records: TableView<StoredRecord>;
  readonly #requestBodies: TableView<BodyRow>;
  readonly #bytes: TableView<BytesRow>;
  readonly #endings: TableView<BackgroundFetchSnapshot>;
  readonly #check: () => Promise<void> | undefined;
  readonly #disk: MemoryDisk;
  /** Bytes that were put, with where. */
  readonly #put: { readonly body: string; readonly offset: number; readonly chunk: Uint8Array }[] = [];
  #added = 0;

  /** @param check throws if the transaction can't be used now; gives a promise if its context is dead */
  constructor(disk: MemoryDisk, check: () => Promise<void> | undefined) {
    this.#check = check;
    this.#disk = disk;
    this.#generations = new TableView(disk.generations);
    this.#orders = new TableView(disk.orders);
    this.#fetches = new TableView(disk.fetches);
    this.#records = new TableView(disk.records);
    this.#requestBodies = new TableView(disk.requestBodies);
    this.#bytes = new TableView(disk.bytes);
    this.#endings = new TableView(disk.endings);
  }

  /** bytes that were put */
  get added(): number {
    return this.#added;
  }

  apply(): Commit {
    this.#generations.apply();
    this.#orders.apply();
    this.#requestBodies.apply();
    this.#endings.apply();
    const commit = {
      fetches: this.#fetches.apply(),
      records: this.#records.apply(),
      bytes: this.#bytes.apply(),
    };
    for (const { key, after } of commit.bytes) if (!after) this.#disk.uncounted.delete(key);
    return commit;
  }

  /** Leaves of each of its chunks a part that no row counts, as a death in the middle of writing does. */
  tear(): void {
    for (const { body, offset, chunk } of this.#put) {
      const part = chunk.slice(0, Math.ceil(chunk.length / 2)).map((byte) => byte ^ 0xff);
      this.#disk.leaveUncounted(body, offset, part);
    }
  }

  async getGeneration(scope: string): Promise<string | undefined> {
    await this.#check();
    return this.#generations.get(scope);
  }

  putGeneration(scope: string, generation: string): void {
    this.#check();
    this.#generations.put(scope, generation);
  }

  async nextOrder(): Promise<number> {
    await this.#check();
    const order = (this.#orders.get('last') ?? 0) + 1;
    this.#orders.put('last', order);
    return order;
  }

  async getFetch(key: FetchKey): Promise<StoredBackgroundFetch | undefined> {
    await this.#check();
    const row = this.#fetches.get(key);
    return row && known(row);
  }

  async findFetches(registration: RegistrationKey, id: string): Promise<StoredBackgroundFetch[]> {
    return (await this.listFetches(registration)).filter((fetch) => fetch.id === id);
  }

  async listFetches(registration?: RegistrationKey): Promise<StoredBackgroundFetch[]> {
    await this.#check();
    return [...this.#fetches.entries()]
      .map(([, row]) => row)
      .filter((row) => registration === undefined || row.registration === registration)
      .map(known)
      .sort((a, b) => a.order - b.order);
  }

  async getEnding(key: FetchKey, order: number): Promise<BackgroundFetchSnapshot | undefined> {
    await this.#check();
    return this.#endings.get(keyOf(key, order));
  }

  putEnding(snapshot: BackgroundFetchSnapshot): void {
    this.#check();
    this.#endings.put(keyOf(snapshot.key, snapshot.order), copyRow(snapshot));
  }

  putFetch(fetch: StoredBackgroundFetch): void {
    this.#check();
    this.#fetches.put(fetch.key, copyRow(fetch));
  }

  deleteFetch(key: FetchKey): void {
    this.#check();
    this.#fetches.delete(key);
    for (const view of [this.#records, this.#requestBodies, this.#bytes]) {
      for (const [name, row] of [...view.entries()]) if (row.fetch === key) view.delete(name);
    }
  }

  async getRecord(fetch: FetchKey, index: number): Promise<StoredRecord | undefined> {
    await this.#check();
    const row = this.#records.get(keyOf(fetch, index));
    return row && known(row);
  }

  async listRecords(fetch: FetchKey, url?: string): Promise<StoredRecord[]> {
    await this.#check();
    return [...this.#records.entries()]
      .map(([, row]) => row)
      .filter((row) => row.fetch === fetch)
      .filter(({ request }) => url === undefined || withoutFragment(request.url) === url)
      .map(known)
      .sort((a, b) => a.index - b.index);
  }

  putRecord(record: StoredRecord): void {
    this.#check();
    this.#records.put(keyOf(record.fetch, record.index), copyRow(record));
  }

  putRequestBody(fetch: FetchKey, index: number, body: RequestBody): void {
    this.#check();
    this.#added += body.size;
    this.#requestBodies.put(keyOf(fetch, index), { fetch, body: copyRow(body) });
  }

  putBytes(body: BodyKey, offset: number, given: readonly Uint8Array[] | HostBytes): void {
    this.#check();
    const parts = 'value' in given ? [given.value as Uint8Array] : given;
    const size = parts.reduce((total, part) => total + part.length, 0);
    if (size === 0) return;
    const chunk = new Uint8Array(size);
    let position = 0;
    for (const part of parts) {
      chunk.set(part, position);
      position += part.length;
    }
    this.#added += size;
    this.#put.push({ body: bodyKeyOf(body), offset, chunk });
    const chunks = new Map(this.#bytes.get(bodyKeyOf(body))?.chunks);
    this.#bytes.put(bodyKeyOf(body), { fetch: body.fetch, chunks: chunks.set(offset, chunk) });
  }

  async moveBytes(from: BodyKey, to: BodyKey): Promise<void> {
    await this.#check();
    const row = this.#bytes.get(bodyKeyOf(from));
    if (!row) return;
    this.#bytes.put(bodyKeyOf(to), { ...row, fetch: to.fetch });
    this.#bytes.delete(bodyKeyOf(from));
  }

  deleteBytes(body: BodyKey): void {
    this.#check();
    this.#bytes.delete(bodyKeyOf(body));
  }
}
