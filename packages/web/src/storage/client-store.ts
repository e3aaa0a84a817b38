import {
  type ClientStore,
  type ClientTransaction,
  type HostBytes,
  NewerSchemaError,
  schemaVersion,
} from '@background-fetch/core';
import { chunkKeys, findBytes } from './bytes.ts';
import type { Ask, Database } from './database.ts';
import { ending, fetchesById, keysBelow, type Rows, type StoreName, worker } from './schema.ts';

/** The store as a context of the web needs it. */
export interface WebClientStore extends ClientStore {
  /** Whether the worker with this script, of this scope, is known to run an engine: it says so when it is installed. */
  hasWorker(scope: string, script: string): Promise<boolean>;
}

/** The row, if this code may read it. */
export function known<T extends { schema: number } | undefined>(row: T): T {
  if (row && row.schema > schemaVersion) throw new NewerSchemaError();
  return row;
}

/** A failed write fails the transaction, which reports it. */
export function write(ask: Ask, store: StoreName, request: (store: IDBObjectStore) => IDBRequest): void {
  ask(store, request).catch(() => {});
}

/** The API's view of a transaction. */
export function viewTransaction(ask: Ask): ClientTransaction {
  const readFetches = async (request: (store: IDBObjectStore) => IDBRequest): Promise<Rows['fetches'][]> =>
    (await ask<Rows['fetches'][]>('fetches', request)).map(known).sort((a, b) => a.order - b.order);

  return {
    getGeneration: (scope) => ask('meta', (store) => store.get([scope])),
    putGeneration(scope, generation) {
      write(ask, 'meta', (store) => store.put(generation, [scope]));
      // endings are forgotten here, too: where an app is gone for good, no engine starts any more to do it
      write(ask, 'meta', (store) => store.delete(keysBelow(ending)));
    },
    async nextOrder() {
      const order = await ask('orders', (store) => store.add(0));
      write(ask, 'orders', (store) => store.clear());
      return order as number;
    },

    getFetch: async (key) => known(await ask<Rows['fetches']>('fetches', (store) => store.get(key))),
    findFetches: (registration, id) =>
      readFetches((store) => store.index(fetchesById).getAll([registration, id])),
    listFetches: async (registration) =>
      (await readFetches((store) => store.getAll())).filter(
        (fetch) => registration === undefined || fetch.registration === registration,
      ),
    putFetch: (fetch) => write(ask, 'fetches', (store) => store.put(fetch)),
    deleteFetch(key) {
      write(ask, 'fetches', (store) => store.delete(key));
      for (const name of ['records', 'bodies', 'bytes'] as const) {
        write(ask, name, (store) => store.delete(keysBelow(key)));
      }
    },
    getEnding: (key, order) => ask('meta', (store) => store.get([ending, key, order])),

    listRecords: async (fetch) =>
      (await ask<Rows['records'][]>('records', (store) => store.getAll(keysBelow(fetch)))).map(known),
    putRecord: (record) => write(ask, 'records', (store) => store.put(record)),
    putRequestBody: (fetch, index, body) =>
      write(ask, 'bodies', (store) => store.put(body.value, [fetch, index])),
    deleteBytes: (body) => write(ask, 'bytes', (store) => store.delete(chunkKeys(body))),
  };
}

/**
 * Bytes as they can be put into this database. It is done before, because reading is no request to the database and
 * can't be done while a transaction lasts.
 */
export async function keep(database: Database, blob: Blob): Promise<HostBytes> {
  const value = (await database.takesBlobs()) ? blob : new Uint8Array(await blob.arrayBuffer());
  return { size: blob.size, value };
}

/** The store as the API needs it. Nothing is opened before the first call. */
export function openClientStore(database: Database): WebClientStore {
  return {
    read: (work) => database.transact('read', (ask) => work(viewTransaction(ask))),
    write: (work) => database.transact('write', (ask) => work(viewTransaction(ask))),
    takeRequestBody: async (request) => await keep(database, await request.blob()),
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
    async spaceLeft() {
      // WebKitGTK has no `navigator.storage`.
      const storage = navigator.storage as StorageManager | undefined;
      const { quota, usage = 0 } = (await storage?.estimate?.()) ?? {};
      return quota === undefined ? null : Math.max(0, quota - usage);
    },
    hasWorker: (scope, script) =>
      database.transact('read', async (ask) =>
        Boolean(await ask('meta', (store) => store.count([worker, scope, script]))),
      ),
  };
}
