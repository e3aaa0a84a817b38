import type { HostBytes, Store, StoreTransaction } from '@background-fetch/core';
import { chunkKeys, findPrefix, joinParts } from './bytes.ts';
import { keep, known, openClientStore, viewTransaction, write } from './client-store.ts';
import { type Ask, Database } from './database.ts';
import { defaultDatabaseName, type Rows } from './schema.ts';

export interface IndexedDbStoreOptions {
  /** `background-fetch` if none is given. */
  databaseName?: string;
}

export interface IndexedDbStore extends Store {
  /** Bytes as `putBytes` takes them. */
  keep(bytes: Blob): Promise<HostBytes>;
  close(): void;
}

/** The engine's view of a transaction. */
function viewAll(ask: Ask, blobs: boolean): StoreTransaction {
  return {
    ...viewTransaction(ask),
    getRecord: async (fetch, index) =>
      known(await ask<Rows['records']>('records', (store) => store.get([fetch, index]))),
    putBytes({ fetch, index, body }, offset, parts) {
      const chunk = joinParts(parts, blobs);
      if (chunk) write(ask, 'bytes', (store) => store.put(chunk, [fetch, index, body, offset]));
    },
    deleteBytes: (body) => write(ask, 'bytes', (store) => store.delete(chunkKeys(body))),
  };
}

/**
 * The store in this origin's IndexedDB, as the engine needs it. Nothing is opened before the first call; a call after
 * `close()` opens it again.
 */
export function openIndexedDbStore({
  databaseName = defaultDatabaseName,
}: IndexedDbStoreOptions = {}): IndexedDbStore {
  const database = new Database(databaseName);
  return {
    ...openClientStore(database),
    async transact(mode, work) {
      const blobs = mode === 'write' && (await database.takesBlobs());
      return await database.transact(mode, (ask) => work(viewAll(ask, blobs)));
    },
    async readBody(body, length, type) {
      const parts = await database.transact('read', (ask) => findPrefix(ask, body, length));
      return parts && new Blob(parts, { type });
    },
    keep: (bytes) => keep(database, bytes),
    close: () => database.close(),
  };
}
