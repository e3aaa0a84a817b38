import { NewerSchemaError, type Store, type StoreTransaction, schemaVersion } from '@background-fetch/core';
import { encodeRememberedForm } from '../shared/remembered-forms.ts';
import { chunkKeys, findBytes, findPrefix, joinParts } from './bytes.ts';
import { type Ask, Database } from './database.ts';
import { defaultDatabaseName, keysBelow, type Rows, type StoreName } from './schema.ts';

export interface IndexedDbStoreOptions {
  /** `background-fetch` if none is given. */
  databaseName?: string;
}

/** The row, if this code may read it. */
function known<T extends { schema: number } | undefined>(row: T): T {
  if (row && row.schema > schemaVersion) throw new NewerSchemaError();
  return row;
}

/** The core's view of a transaction. */
function viewTransaction(ask: Ask, blobs: boolean): StoreTransaction {
  /** A failed write fails the transaction, which reports it. */
  function write(store: StoreName, request: (store: IDBObjectStore) => IDBRequest): void {
    ask(store, request).catch(() => {});
  }
  async function listFetches(registration?: string): Promise<Rows['fetches'][]> {
    const fetches = await ask<Rows['fetches'][]>('fetches', (store) => store.getAll());
    return fetches
      .map(known)
      .filter((fetch) => registration === undefined || fetch.registration === registration)
      .sort((a, b) => a.order - b.order);
  }

  return {
    getGeneration: (scope) => ask('meta', (store) => store.get([scope])),
    putGeneration: (scope, generation) => write('meta', (store) => store.put(generation, [scope])),
    async nextOrder() {
      const order = await ask('orders', (store) => store.add(0));
      write('orders', (store) => store.clear());
      return order as number;
    },

    getFetch: async (key) => known(await ask<Rows['fetches']>('fetches', (store) => store.get(key))),
    findFetches: async (registration, id) =>
      (await listFetches(registration)).filter((fetch) => fetch.id === id),
    listFetches,
    putFetch: (fetch) => write('fetches', (store) => store.put(fetch)),
    deleteFetch(key) {
      write('fetches', (store) => store.delete(key));
      for (const name of ['records', 'bodies', 'bytes'] as const) {
        write(name, (store) => store.delete(keysBelow(key)));
      }
    },

    getRecord: async (fetch, index) =>
      known(await ask<Rows['records']>('records', (store) => store.get([fetch, index]))),
    listRecords: async (fetch) =>
      (await ask<Rows['records'][]>('records', (store) => store.getAll(keysBelow(fetch)))).map(known),
    putRecord: (record) => write('records', (store) => store.put(record)),
    putRequestBody: (fetch, index, body) => write('bodies', (store) => store.put(body.value, [fetch, index])),

    putBytes({ fetch, index, body }, offset, parts) {
      const chunk = joinParts(parts, blobs);
      if (chunk) write('bytes', (store) => store.put(chunk, [fetch, index, body, offset]));
    },
    deleteBytes: (body) => write('bytes', (store) => store.delete(chunkKeys(body))),
  };
}

/**
 * The store in this origin's IndexedDB. Nothing is opened before the first call; a call after `close()` opens it
 * again.
 */
export function openIndexedDbStore({
  databaseName = defaultDatabaseName,
}: IndexedDbStoreOptions = {}): Store & { close(): void } {
  const database = new Database(databaseName);
  return {
    async transact(mode, work) {
      const blobs = mode === 'write' && (await database.takesBlobs());
      return await database.transact(mode, (ask) => work(viewTransaction(ask, blobs)));
    },
    async takeRequestBody(request) {
      const blob = encodeRememberedForm(request) ?? (await request.blob());
      // Reading is no request to the database, so that it can't be done while a transaction lasts.
      return { size: blob.size, value: (await database.takesBlobs()) ? blob : await blob.arrayBuffer() };
    },
    async readRequestBody(fetch, index) {
      const value = await database.transact('read', (ask) =>
        ask<Rows['bodies'] | undefined>('bodies', (store) => store.get([fetch, index])),
      );
      if (!value) return null;
      const blob = new Blob([value]);
      return { size: blob.size, value: blob };
    },
    async readBytes(body, start, end) {
      const chunk = await database.transact('read', (ask) => findBytes(ask, body, start, end));
      return chunk instanceof Blob ? new Uint8Array(await chunk.arrayBuffer()) : chunk;
    },
    async readBody(body, length, type) {
      const parts = await database.transact('read', (ask) => findPrefix(ask, body, length));
      return parts && new Blob(parts, { type });
    },
    async spaceLeft() {
      // WebKitGTK has no `navigator.storage`.
      const storage = navigator.storage as StorageManager | undefined;
      const { quota, usage = 0 } = (await storage?.estimate?.()) ?? {};
      return quota === undefined ? null : Math.max(0, quota - usage);
    },
    close: () => database.close(),
  };
}
