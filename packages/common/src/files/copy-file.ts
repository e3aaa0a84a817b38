import { constants } from 'node:fs';
import { chmod, copyFile, lstat, unlink, utimes, writeFile } from 'node:fs/promises';
import { syncFile } from './sync.ts';

/**
 * Copies a file in the place of another one, or of a link, of which nothing else is touched. The copy is as old as the file,
 * as one that was linked would be, and durable; its name is not. Where the file system can share the bytes of two files, nothing is copied.
 * @param mode the rights of the copy; null for those of the file
 * @param displacing called before another file, which has the name of the copy, is removed
 */
export async function copyDurably(
  source: string,
  copy: string,
  mode: number | null,
  displacing?: () => Promise<unknown>,
): Promise<void> {
  await make(copy, displacing, async () => {
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
  read: () => Uint8Array | AsyncIterable<Uint8Array>,
  copy: string,
  displacing?: () => Promise<unknown>,
): Promise<void> {
  await make(copy, displacing, () => writeFile(copy, read(), { flag: 'wx', flush: true }));
}

/** Makes a file that is new. Another one of the name is rare, and looking for it would cost as much as all the rest. */
async function make(
  copy: string,
  displacing: (() => Promise<unknown>) | undefined,
  work: () => Promise<void>,
): Promise<void> {
  if ((await attempt(copy, work)) === null) return;
  await displacing?.();
  await removeFile(copy);
  const taken = await attempt(copy, work);
  if (taken) throw taken;
}

/** Resolves with the error where something has the name of the copy, with null where the copy is made. */
async function attempt(copy: string, work: () => Promise<void>): Promise<Error | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return error as Error;
    // a part of a file is of no use, and takes the room that was missing
    await removeFile(copy).catch(() => {});
    throw error;
  }
}

/** Removes a file, or a link, if there is one. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
