import { isActive, isKept, type RegistrationKey, withoutBytes } from '@background-fetch/core';
import type { Ask, Database } from './database.ts';
import { type Chunk, type ChunkKey, keysBelow, type Rows } from './schema.ts';

interface StoredBlob {
  readonly key: ChunkKey;
  readonly blob: Blob;
}

/**
 * Gives up what can't be read any more of the bodies of fetches that are active, or kept after a failure: a death may leave
 * a row without its file in WebKit, docs/discoveries.md#webkit-a-row-without-its-file
 */
export async function mendBodies(database: Database, registration: RegistrationKey): Promise<void> {
  if (!(await database.takesBlobs())) return;
  const stored = await database.transact('read', (ask) => findBlobs(ask, registration));
  const readable = await Promise.all(stored.map(({ blob }) => isReadable(blob)));
  const lost = stored.filter((_, i) => !readable[i]);
  if (lost.length > 0) await database.transact('write', (ask) => giveUp(ask, lost));
}

async function findBlobs(ask: Ask, registration: RegistrationKey): Promise<StoredBlob[]> {
  const found: StoredBlob[] = [];
  const fetches = await ask<Rows['fetches'][]>('fetches', (store) => store.getAll());
  for (const fetch of fetches) {
    if (fetch.registration !== registration || !(isActive(fetch) || isKept(fetch))) continue;
    const range = keysBelow(fetch.key);
    const [keys, chunks] = await Promise.all([
      ask('bytes', (bytes) => bytes.getAllKeys(range)),
      ask<Chunk[]>('bytes', (bytes) => bytes.getAll(range)),
    ]);
    for (const [i, chunk] of chunks.entries()) {
      if (chunk instanceof Blob) found.push({ key: keys[i] as ChunkKey, blob: chunk });
    }
  }
  return found;
}

/** The last byte tells: a file that was cut lacks it, too, and WebKit reads nothing of a missing file, without an error. */
function isReadable(blob: Blob): Promise<boolean> {
  const last = blob.slice(-1).arrayBuffer();
  return last.then(
    ({ byteLength }) => byteLength === 1,
    () => false,
  );
}

async function giveUp(ask: Ask, lost: readonly StoredBlob[]): Promise<void> {
  for (const { key, blob } of lost) {
    const [fetch, index, body, offset] = key;
    const record = await ask<Rows['records'] | undefined>('records', (store) => store.get([fetch, index]));
    const range = { start: offset, end: offset + blob.size };
    const left = record && withoutBytes(record, { fetch, index, body }, range);
    if (!left) continue;
    await ask('records', (store) => store.put(left));
    await ask('bytes', (bytes) => bytes.delete(key));
  }
}
