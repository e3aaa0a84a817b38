import {
  NewerSchemaError,
  type StoredBackgroundFetch,
  type StoredRecord,
  StoreError,
} from '@background-fetch/core';
import { databaseName, formerDatabaseName } from '../shared/names.ts';
import { untilMade } from './until-made.ts';

/**
 * Version of the object stores. Raise it when they change, and whenever the core's `schemaVersion` is raised:
 * then older code can't even open the database.
 */
export const databaseVersion = 1;

/** Some bytes of a response body. A Blob is read only as far as it is needed, an array comes into memory as a whole. */
export type Chunk = Blob | Uint8Array<ArrayBuffer>;

/** The object stores, with what their rows are. */
export interface Rows {
  /**
   * `probe`: a Blob, once one could be stored; `[scope]`: its generation; `[ending, fetch, order]`: the last told of
   * it; `[worker, scope, script]`: that it runs an engine
   */
  meta: unknown;
  /** The key generator of this store gives the orders; nothing is kept in it. */
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

/** The name of an object store. */
export type StoreName = keyof Rows;
/** The key of some bytes of a body. */
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

/** Begins the keys of `meta` for the scripts of service workers that run an engine. */
export const worker = 'worker';

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
 *
 * One that is there under its own name is taken, else one that is there under its former name, so that all contexts of
 * an origin find the same. A database of somebody else is left alone.
 */
export async function openDatabase(
  name: string,
  onClosed: () => void,
  former = name === databaseName ? formerDatabaseName : undefined,
): Promise<IDBDatabase> {
  const isThere = await untilMade([name, former ?? name]);
  let database = await open(name, isThere === false || former === undefined);
  database ??= (former !== undefined && (await openFormer(former))) || (await open(name, true));
  if (!database || !isOurs(database)) {
    database?.close();
    throw new StoreError(
      `The database "${name}" has not the object stores of background-fetch: a script of this site uses its name. ` +
        'Give that database another name, or delete it',
    );
  }
  const opened = database;
  opened.onversionchange = () => {
    opened.close();
    onClosed();
  };
  opened.onclose = onClosed;
  return opened;
}

/** Opens a database of ours; null where there is none of this name, unless it is to be made then. */
async function open(name: string, make: boolean): Promise<IDBDatabase | null> {
  const opening = indexedDB.open(name, databaseVersion);
  let isMissing = false;
  opening.onupgradeneeded = () => {
    if (make) return makeStores(opening.result);
    isMissing = true;
    opening.transaction?.abort();
  };
  return await resultOf(opening).catch((error: DOMException) => {
    if (isMissing) return null;
    throw error.name === 'VersionError' ? new NewerSchemaError() : error;
  });
}

/** null where there is none, or one of somebody else, which is closed at once. */
async function openFormer(name: string): Promise<IDBDatabase | null> {
  const database = await open(name, false).catch((error: Error) => {
    // no database of ours has ever had another version
    if (error instanceof NewerSchemaError) return null;
    throw error;
  });
  if (!database || isOurs(database)) return database;
  database.close();
  return null;
}

function isOurs({ objectStoreNames }: IDBDatabase): boolean {
  return Object.keys(stores).every((store) => objectStoreNames.contains(store));
}

/** Makes the object stores in a database that has none. */
export function makeStores(database: IDBDatabase): void {
  for (const [store, parameters] of Object.entries(stores)) {
    const created = database.createObjectStore(store, parameters);
    if (store === 'fetches') created.createIndex(fetchesById, ['registration', 'id']);
  }
}

/** Resolves with the result of a request, and rejects with its error. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The range of all keys that begin with these parts: an array sorts after every number and string. */
export function keysBelow(...parts: (string | number)[]): IDBKeyRange {
  return IDBKeyRange.bound(parts, [...parts, []]);
}
