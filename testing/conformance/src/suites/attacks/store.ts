import { databaseName } from '../../../../../packages/web/src/shared/names.ts';

/** What any script of the origin can do to the polyfill's database. */

/** Resolves with what a request to one of its object stores gives, once the transaction is over. */
export async function inStore<T>(
  name: 'fetches' | 'records',
  request: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await resultOf(indexedDB.open(databaseName));
  try {
    const transaction = database.transaction(name, 'readwrite');
    const result = await resultOf(request(transaction.objectStore(name)));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    return result;
  } finally {
    database.close();
  }
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export interface StoredFetch {
  readonly key: string;
  readonly registration: string;
  readonly id: string;
}

/** The row of the background fetch with this id, of which there must be one. */
export async function storedFetch(id: string): Promise<StoredFetch> {
  const rows = await inStore('fetches', (store) => store.getAll() as IDBRequest<StoredFetch[]>);
  const row = rows.find((one) => one.id === id);
  if (!row) throw new Error(`There is no row for "${id}"`);
  return row;
}
