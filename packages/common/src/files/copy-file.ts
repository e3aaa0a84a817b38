import { constants } from 'node:fs';
import { chmod, copyFile, lstat, rm, utimes, writeFile } from 'node:fs/promises';
import { syncFile } from './sync.ts';

/**
 * Copies a file in the place of another one, or of a link, of which nothing else is touched. The copy is as old as the file,
 * as one that was linked would be, and durable; its name is not. Where the file system can share the bytes of two files, nothing is copied.
 * @param mode the rights of the copy; null for those of the file
 */
export async function copyDurably(source: string, copy: string, mode: number | null): Promise<void> {
  await make(copy, async () => {
    await copyFile(source, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    if (mode !== null) await chmod(copy, mode);
    const { atime, mtime } = await lstat(source);
    // a file system that keeps no times is good enough
    await utimes(copy, atime, mtime).catch(() => {});
    await syncFile(copy);
  });
}

/** Writes a file as `copyDurably` does, with the rights of any new file. */
export async function writeDurably(
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  copy: string,
): Promise<void> {
  await make(copy, () => writeFile(copy, bytes, { flag: 'wx', flush: true }));
}

/** A part of a file is of no use, and takes the room that was missing. */
async function make(copy: string, work: () => Promise<void>): Promise<void> {
  await rm(copy, { force: true });
  try {
    await work();
  } catch (error) {
    await rm(copy, { force: true }).catch(() => {});
    throw error;
  }
}
