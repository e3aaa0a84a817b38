import { type BodyKey, isActive, type RegistrationKey, withoutBytes } from '@background-fetch/core';
import { holdConnection } from './connection.ts';
import { beginTransaction, defaultDatabaseName, keysBelow, type Transaction } from './schema.ts';

type ChunkKey = [fetch: string, index: number, body: number, offset: number];

interface StoredBlob {
  readonly key: ChunkKey;
  readonly blob: Blob;
}

/**
 * Gives up what can't be read any more of the bodies of active fetches. WebKit commits a row and moves the file of its
 * Blob into place only after that, so a death in between leaves a row without its bytes; the write was not
 * acknowledged, but its row says that they are stored.
 */
export async function mendBodies(registration: RegistrationKey): Promise<void> {
  const connection = holdConnection(defaultDatabaseName);
  try {
    const stored = await connection.begin(async ({ database, canStoreBlobs }) =>
      (await canStoreBlobs()) ? await findBlobs(beginTransaction(database, 'read'), registration) : [],
    );
    const readable = await Promise.all(stored.map(({ blob }) => isReadable(blob)));
    const lost = stored.filter((_, i) => !readable[i]);
    if (lost.length === 0) return;
    await connection.begin(({ database }) => giveUp(beginTransaction(database, 'write'), lost));
  } catch (error) {
    throw connection.failed(error);
  } finally {
    connection.close();
  }
}

async function findBlobs(transaction: Transaction, registration: RegistrationKey): Promise<StoredBlob[]> {
  transaction.done.catch(() => {});
  const fetches = await transaction.objectStore('fetches').index('registration').getAll(registration);
  const found: StoredBlob[] = [];
  for (const { key } of fetches.filter(isActive)) {
    const bytes = transaction.objectStore('bytes');
    const [keys, chunks] = await Promise.all([
      bytes.getAllKeys(keysBelow(key)),
      bytes.getAll(keysBelow(key)),
    ]);
    for (const [i, chunk] of chunks.entries()) {
      if (chunk instanceof Blob) found.push({ key: keys[i] as ChunkKey, blob: chunk });
    }
  }
  return found;
}

/** By its last byte, which a file that was cut lacks, too. WebKit reads nothing of a missing file, without an error. */
function isReadable(blob: Blob): Promise<boolean> {
  const last = blob.slice(-1).arrayBuffer();
  return last.then(
    ({ byteLength }) => byteLength === 1,
    () => false,
  );
}

async function giveUp(transaction: Transaction, lost: readonly StoredBlob[]): Promise<void> {
  transaction.done.catch(() => {});
  const records = transaction.objectStore('records');
  for (const { key, blob } of lost) {
    const [fetch, index, body, offset] = key;
    const bodyKey: BodyKey = { fetch, index, body };
    const record = await records.get([fetch, index]);
    const left = record && withoutBytes(record, bodyKey, { start: offset, end: offset + blob.size });
    if (!left) continue;
    records.put(left).catch(() => {});
    transaction
      .objectStore('bytes')
      .delete(key)
      .catch(() => {});
  }
  await transaction.done;
}
