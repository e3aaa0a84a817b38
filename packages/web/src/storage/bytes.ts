import type { BodyKey, HostBytes } from '@background-fetch/core';
import type { Ask } from './database.ts';
import { type Chunk, type ChunkKey, keysBelow } from './schema.ts';

/** bytes; below, a Blob's file costs more than it saves */
const smallestBlob = 128 * 1024;
/** bytes; what one read brings into memory at most */
const longestRead = 4 * 1024 * 1024;
/** Rows read at once while a body is put together, because array chunks come into memory with them. */
const batch = 16;

/** The range of the keys of a body's chunks. */
export function chunkKeys({ fetch, index, body }: BodyKey): IDBKeyRange {
  return keysBelow(fetch, index, body);
}

/** The parts as one row's value, undefined if there is not a byte in them. */
export function joinParts(parts: readonly Uint8Array[] | HostBytes, blobs: boolean): Chunk | undefined {
  if ('value' in parts) return parts.value as Chunk;
  const size = parts.reduce((total, part) => total + part.length, 0);
  if (blobs && size >= smallestBlob) return new Blob(parts as Uint8Array<ArrayBuffer>[]);
  if (!size) return;
  const chunk = new Uint8Array(size);
  let position = 0;
  for (const part of parts) {
    chunk.set(part, position);
    position += part.length;
  }
  return chunk;
}

function sizeOf(chunk: Chunk): number {
  return chunk instanceof Blob ? chunk.size : chunk.length;
}

/** The stored bytes from `start` on, up to the end of the chunk that holds it; null if none does. */
export async function findBytes(
  ask: Ask,
  { fetch, index, body }: BodyKey,
  start: number,
  end: number,
): Promise<Chunk | null> {
  const range = IDBKeyRange.bound([fetch, index, body], [fetch, index, body, start]);
  const cursor = await ask('bytes', (bytes) => bytes.openCursor(range, 'prev'));
  if (!cursor) return null;
  const [, , , offset] = cursor.key as ChunkKey;
  const chunk: Chunk = cursor.value;
  const from = start - offset;
  const to = Math.min(end - offset, from + longestRead, sizeOf(chunk));
  return to > from ? chunk.slice(from, to) : null;
}

/** The first `length` bytes, in parts; null if some are not stored. */
export async function findPrefix(
  ask: Ask,
  { fetch, index, body }: BodyKey,
  length: number,
): Promise<Blob[] | null> {
  const parts: Blob[] = [];
  let position = 0;
  while (position < length) {
    const range = IDBKeyRange.bound([fetch, index, body, position], [fetch, index, body, length]);
    const [keys, chunks] = await Promise.all([
      ask('bytes', (bytes) => bytes.getAllKeys(range, batch)),
      ask<Chunk[]>('bytes', (bytes) => bytes.getAll(range, batch)),
    ]);
    if (!keys.length) return null;
    for (const [i, chunk] of chunks.entries()) {
      if ((keys[i] as ChunkKey)[3] !== position) return null;
      parts.push(new Blob([chunk]).slice(0, length - position));
      position += sizeOf(chunk);
    }
  }
  return parts;
}

/**
 * Copies chunk by chunk: many arrays at once might not fit into memory. The first ones go with their fetch: WebKit loses a Blob that
 * has two rows when one is deleted in the transaction that made the other (docs/discoveries.md#webkit-a-blob-that-is-moved).
 */
export async function moveBytes(ask: Ask, from: BodyKey, to: BodyKey): Promise<void> {
  for (const key of await ask('bytes', (bytes) => bytes.getAllKeys(chunkKeys(from)))) {
    const chunk = await ask<Chunk>('bytes', (bytes) => bytes.get(key));
    const [, , , offset] = key as ChunkKey;
    await ask('bytes', (bytes) => bytes.put(chunk, [to.fetch, to.index, to.body, offset]));
  }
}
