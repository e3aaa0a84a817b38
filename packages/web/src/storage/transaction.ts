import { NewerSchemaError, type StoreTransaction, schemaVersion } from '@background-fetch/core';
import { bytesOf, chunkKeys, joinParts } from './bytes.ts';
import { keysBelow, type Transaction } from './schema.ts';

/** The row, if this code may read it. */
function known<T extends { schema: number } | undefined>(row: T): T {
  if (row && row.schema > schemaVersion) throw new NewerSchemaError(row.schema);
  return row;
}

/** The core's view of a transaction. Every request goes through `ask`, which sees to its failure. */
export function viewTransaction(
  transaction: Transaction,
  blobs: boolean,
  ask: <T>(request: () => Promise<T>) => Promise<T>,
): StoreTransaction {
  const meta = transaction.objectStore('meta');
  const fetches = transaction.objectStore('fetches');
  const records = transaction.objectStore('records');
  const bodies = transaction.objectStore('bodies');
  const bytes = bytesOf(transaction);
  let order: Promise<number> | undefined;

  /** A failed write fails the transaction, which reports it. */
  function write(request: () => Promise<unknown>): void {
    ask(request).catch(() => {});
  }
  async function inOrder(request: () => Promise<StoredFetches>) {
    return (await ask(request)).map(known).sort((a, b) => a.order - b.order);
  }
  type StoredFetches = Awaited<ReturnType<typeof fetches.getAll>>;

  return {
    getGeneration: (scope) => ask(() => meta.get([scope])) as Promise<string | undefined>,
    putGeneration: (scope, generation) => write(() => meta.put(generation, [scope])),
    nextOrder: () => {
      order = (order ?? ask(() => meta.get('order') as Promise<number | undefined>)).then((last = 0) => {
        write(() => meta.put(last + 1, 'order'));
        return last + 1;
      });
      return order;
    },

    getFetch: async (key) => known(await ask(() => fetches.get(key))),
    findFetches: (registration, id) => inOrder(() => fetches.index('id').getAll([registration, id])),
    listFetches: (registration) =>
      inOrder(() =>
        registration === undefined ? fetches.getAll() : fetches.index('registration').getAll(registration),
      ),
    putFetch: (fetch) => write(() => fetches.put(fetch)),
    deleteFetch: (key) => {
      write(() => fetches.delete(key));
      for (const store of [records, bodies, bytes]) write(() => store.delete(keysBelow(key)));
    },

    getRecord: async (fetch, index) => known(await ask(() => records.get([fetch, index]))),
    listRecords: async (fetch) => (await ask(() => records.getAll(keysBelow(fetch)))).map(known),
    putRecord: (record) => write(() => records.put(record)),
    putRequestBody: (fetch, index, body) =>
      write(() => bodies.put(body.value as Blob | ArrayBuffer, [fetch, index])),

    putBytes: ({ fetch, index, body }, offset, parts) => {
      const chunk = joinParts(parts, blobs);
      if (chunk) write(() => bytes.put(chunk, [fetch, index, body, offset]));
    },
    deleteBytes: (body) => write(() => bytes.delete(chunkKeys(body))),
  };
}
