import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { openRegularFile } from './regular-file.ts';
import { lookAt } from './special-file.ts';

/** ms by which times may differ that are the same: FAT keeps every other second */
const coarsestTime = 2000;

/** bytes that are read of each of two files at a time */
const readSize = 1024 * 1024;

/** Whether what was found is a file of this user that is as old as another one, as its copy is. */
export function isOwnFileOf(found: Stats, other: Stats): boolean {
  const isOwn = found.uid === (process.geteuid?.() ?? found.uid);
  return found.isFile() && isOwn && Math.abs(found.mtimeMs - other.mtimeMs) <= coarsestTime;
}

/**
 * Whether at `path` is a copy of a file that `copyDurably` has made: one of this user, as old, with the same bytes. Where
 * there are no hard links, nothing else shows after a death that the copy had its name already.
 */
export async function isCopyOf(source: string, path: string): Promise<boolean> {
  const [original, found] = await Promise.all([lookAt(source), lookAt(path)]);
  if (!original?.isFile() || !found || !isOwnFileOf(found, original)) return false;
  return found.size === original.size && (await haveSameBytes(source, path));
}

async function haveSameBytes(...paths: readonly [string, string]): Promise<boolean> {
  const files: FileHandle[] = [];
  try {
    for (const path of paths) files.push(await openRegularFile(path));
    for (;;) {
      const [first, second] = await Promise.all(files.map(readChunk));
      if (!first || !second?.equals(first)) return false;
      if (first.byteLength === 0) return true;
    }
  } finally {
    for (const file of files) await file.close();
  }
}

/** Empty at the end of the file. */
async function readChunk(file: FileHandle): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(readSize);
  let filled = 0;
  while (filled < readSize) {
    const { bytesRead } = await file.read(buffer, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
