import { NewerSchemaError, type StoredBackgroundFetch, type StoredRecord } from '@background-fetch/core';

export const defaultDatabaseName = 'background-fetch';

/**
 * Version of the object stores. Raise it when they change, and whenever the core's `schemaVersion` is raised:
 * then older code can't even open the database.
 */
const databaseVersion = 1;

/** Some bytes of a response body. A Blob is read only as far as it is needed, an array comes into memory as a whole. */
export type Chunk = Blob | Uint8Array<ArrayBuffer>;

/** The object stores, with what their rows are. */
export interface Rows {
  /** `probe`: a Blob, once one could be stored; `[scope]`: its generation; `[ending, fetch, order]`: the last told of it */
  meta: unknown;
  /** Its key generator gives the orders; nothing is kept in it. */
  orders: number;
  /** by `key` */
  fetches: StoredBackgroundFetch;
  /** by `[fetch, index]` */
  records: StoredRecord;
  /** the bodies of requests, by `[fetch, index]` */
  bodies: Blob | ArrayBuffer;
  /** by `[fetch, index, body, offset]` */
  bytes: Chunk;
}

export type StoreName = keyof Rows;
export type ChunkKey = [fetch: string, index: number, body: number, offset: number];

const stores: Record<StoreName, IDBObjectStoreParameters> = {
  meta: {},
  orders: { autoIncrement: true },
  fetches: { keyPath: 'key' },
  records: { keyPath: ['fetch', 'index'] },
  bodies: {},
  bytes: {},
};

/** Begins the keys of `meta` for how fetches ended; a scope is a URL. */
export const ending = 'ending';

/** The index of `fetches` by `[registration, id]`. */
export const fetchesById = 'id';

/** Every transaction spans all stores, so that any two of which one writes come one after the other. */
export function beginTransaction(database: IDBDatabase, mode: 'read' | 'write'): IDBTransaction {
  return database.transaction(Object.keys(stores), mode === 'write' ? 'readwrite' : 'readonly', {
    durability: 'strict',
  });
}

/**
 * Opens the database, made where needed. `onClosed` is told when it was closed: by the browser, or for another
 * context that wants to upgrade or delete it.
 */
export async function openDatabase(name: string, onClosed: () => void): Promise<IDBDatabase> {
  const opening = indexedDB.open(name, databaseVersion);
  opening.onupgradeneeded = () => {
    for (const [store, parameters] of Object.entries(stores)) {
      const created = opening.result.createObjectStore(store, parameters);
      if (store === 'fetches') created.createIndex(fetchesById, ['registration', 'id']);
    }
  };
  const database = await resultOf(opening).catch((error: DOMException) => {
    throw error.name === 'VersionError' ? new NewerSchemaError() : error;
  });
  database.onversionchange = () => {
    database.close();
    onClosed();
  };
  database.onclose = onClosed;
  return database;
}

export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** All keys that begin with these parts: an array sorts after every number and string. */
export function keysBelow(...parts: (string | number)[]): IDBKeyRange {
  return IDBKeyRange.bound(parts, [...parts, []]);
}
