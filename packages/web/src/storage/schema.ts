import { NewerSchemaError, type StoredBackgroundFetch, type StoredRecord } from '@background-fetch/core';
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';

export const defaultDatabaseName = 'background-fetch';

/**
 * Version of the object stores. Raise it when they change, and whenever the core's `schemaVersion` is raised:
 * then older code can't even open the database.
 */
export const databaseVersion = 1;

/** Some bytes of a response body. A Blob is read only as far as it is needed, an array comes into memory as a whole. */
export type Chunk = Blob | Uint8Array<ArrayBuffer>;

export interface Schema extends DBSchema {
  /** `order`: the last order given; `probe`: a Blob, once one could be stored; `[scope]`: its generation. */
  meta: { key: string | [scope: string]; value: unknown };
  fetches: {
    key: string;
    value: StoredBackgroundFetch;
    indexes: { registration: string; id: [registration: string, id: string] };
  };
  records: { key: [fetch: string, index: number]; value: StoredRecord };
  bodies: { key: [fetch: string, index: number]; value: Blob | ArrayBuffer };
  bytes: { key: [fetch: string, index: number, body: number, offset: number]; value: Chunk };
}

export type Database = IDBPDatabase<Schema>;
const storeNames = ['meta', 'fetches', 'records', 'bodies', 'bytes'] as const;

export type Transaction = IDBPTransaction<Schema, typeof storeNames, 'readwrite'>;

/** Every transaction spans all stores, so that any two of which one writes come one after the other. */
export function beginTransaction(database: Database, mode: 'read' | 'write'): Transaction {
  return database.transaction(storeNames, mode === 'write' ? 'readwrite' : 'readonly', {
    durability: 'strict',
  }) as Transaction;
}

function upgrade(database: Database, from: number): void {
  if (from < 1) {
    for (const name of ['meta', 'bodies', 'bytes'] as const) database.createObjectStore(name);
    database.createObjectStore('records', { keyPath: ['fetch', 'index'] });
    const fetches = database.createObjectStore('fetches', { keyPath: 'key' });
    fetches.createIndex('registration', 'registration');
    fetches.createIndex('id', ['registration', 'id']);
  }
}

/**
 * Opens the database, made or upgraded where needed. `onClosed` is told when it was closed: by the browser, or for
 * another context that wants to upgrade or delete it.
 */
export async function openDatabase(name: string, onClosed: () => void): Promise<Database> {
  const callbacks = {
    upgrade,
    blocking: (_from: number, _to: number | null, event: IDBVersionChangeEvent) => {
      (event.target as IDBDatabase).close();
      onClosed();
    },
    terminated: onClosed,
  };
  try {
    return await openDB<Schema>(name, databaseVersion, callbacks);
  } catch (error) {
    if ((error as Error).name !== 'VersionError') throw error;
    // Without a version whatever is there is opened as it is, which tells its version.
    const database = await openDB<Schema>(name, undefined, callbacks);
    if (database.version <= databaseVersion) return database;
    database.close();
    throw new NewerSchemaError(database.version);
  }
}

/** All keys that begin with these parts: an array sorts after every number and string. */
export function keysBelow(...parts: (string | number)[]): IDBKeyRange {
  return IDBKeyRange.bound(parts, [...parts, []]);
}
