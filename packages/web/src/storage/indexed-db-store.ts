import type { Store, StoreTransaction } from '@background-fetch/core';
import { encodeRememberedForm } from '../shared/remembered-forms.ts';
import { bytesOf, findBytes, findPrefix } from './bytes.ts';
import { type ConnectionHolder, holdConnection } from './connection.ts';
import { beginTransaction, type Chunk, defaultDatabaseName } from './schema.ts';
import { viewTransaction } from './transaction.ts';

export interface IndexedDbStoreOptions {
  /** `background-fetch` if none is given. */
  databaseName?: string;
}

/** Runs `work` in a transaction: see `Store.transact`. */
async function transact<T>(
  connection: ConnectionHolder,
  mode: 'read' | 'write',
  work: (transaction: StoreTransaction) => Promise<T>,
): Promise<T> {
  const { transaction, blobs } = await connection.begin(async ({ database, canStoreBlobs }) => {
    const blobs = mode === 'write' && (await canStoreBlobs());
    return { transaction: beginTransaction(database, mode), blobs };
  });
  // The first request to fail knows the cause: those after it only hear of an abort, and in WebKit the
  // transaction's own error is null.
  let failure: Error | undefined;
  const fail = (error: unknown): never => {
    failure ??= connection.failed(error);
    throw failure;
  };
  const done = transaction.done.catch((error) => fail(transaction.error ?? error));
  done.catch(() => {});
  try {
    const result = await work(
      viewTransaction(transaction, blobs, async (request) => {
        try {
          return await request();
        } catch (error) {
          return fail(error);
        }
      }),
    );
    if (failure) throw failure;
    if (mode === 'write') await done;
    return result;
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      // It has ended already.
    }
    throw error;
  }
}

/** Calls `read` with a transaction and passes its failure on as the store's. */
async function read<T>(
  connection: ConnectionHolder,
  read: (transaction: ReturnType<typeof beginTransaction>) => Promise<T>,
): Promise<T> {
  const { transaction } = await connection.begin(({ database }) => ({
    transaction: beginTransaction(database, 'read'),
  }));
  transaction.done.catch(() => {});
  try {
    return await read(transaction);
  } catch (error) {
    throw connection.failed(error);
  }
}

async function toArray(chunk: Chunk | null): Promise<Uint8Array | null> {
  return chunk instanceof Blob ? new Uint8Array(await chunk.arrayBuffer()) : chunk;
}

async function spaceLeft(): Promise<number | null> {
  // WebKitGTK has no `navigator.storage`.
  const storage = navigator.storage as StorageManager | undefined;
  const { quota, usage = 0 } = (await storage?.estimate?.()) ?? {};
  return quota === undefined ? null : Math.max(0, quota - usage);
}

/**
 * The store in this origin's IndexedDB. Nothing is opened before the first call; a call after `close()` opens it
 * again.
 */
export function openIndexedDbStore({
  databaseName = defaultDatabaseName,
}: IndexedDbStoreOptions = {}): Store & { close(): void } {
  const connection = holdConnection(databaseName);
  return {
    transact: (mode, work) => transact(connection, mode, work),
    async takeRequestBody(request) {
      const blob = encodeRememberedForm(request) ?? (await request.blob());
      const storable = await connection.begin(({ canStoreBlobs }) => canStoreBlobs());
      // Reading is no request to the database, so that it can't be done while a transaction lasts.
      return { size: blob.size, value: storable ? blob : await blob.arrayBuffer() };
    },
    async readRequestBody(fetch, index) {
      const value = await read(connection, (transaction) =>
        transaction.objectStore('bodies').get([fetch, index]),
      );
      if (!value) return null;
      const blob = value instanceof Blob ? value : new Blob([value]);
      return { size: blob.size, value: blob };
    },
    readBytes: (body, start, end) =>
      read(connection, async (transaction) =>
        toArray(await findBytes(bytesOf(transaction), body, start, end)),
      ),
    async readBody(body, length, type) {
      const parts = await read(connection, (transaction) => findPrefix(bytesOf(transaction), body, length));
      return parts && new Blob(parts, { type });
    },
    spaceLeft,
    close: connection.close,
  };
}
