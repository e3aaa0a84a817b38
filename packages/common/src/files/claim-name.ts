import type { BigIntStats, Stats } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { isOwnFileOf } from './own-file.ts';
import { lookAt } from './special-file.ts';

/**
 * Renames a whole file to a name that nothing has, where there are no hard links. `rename()` would replace whatever has the
 * name, also what came after a look at it. So an empty file takes the name first, which the system makes only if nothing is
 * there, and that is what is replaced. Resolves with false if something else has the name.
 *
 * The empty file is seen for an instant, and a death leaves it behind, with the time of the whole one: by that `isLeftClaim`
 * knows it. A program that puts a file of its own in the place of the empty one is noticed, unless it does so between the last
 * look and the renaming.
 */
export async function renameToNew(whole: string, path: string): Promise<boolean> {
  const { atime, mtime } = await lstat(whole);
  const claim = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return null;
    throw error;
  });
  if (claim === null) return false;
  let made: BigIntStats | undefined;
  try {
    try {
      // where times can't be set, one that is left behind is taken for somebody else's
      await claim.utimes(atime, mtime).catch(() => {});
      // while it is open, nothing else can have its number
      made = await claim.stat({ bigint: true });
      if (!(await isStill(made, path))) return false;
    } finally {
      // Windows replaces no file that is open
      await claim.close();
    }
    await rename(whole, path);
    return true;
  } catch (error) {
    if (made && (await isStill(made, path).catch(() => false))) await rm(path, { force: true });
    throw error;
  }
}

async function isStill({ dev, ino }: BigIntStats, path: string): Promise<boolean> {
  const stats = await lstat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return stats !== null && stats.dev === dev && stats.ino === ino && stats.size === 0n;
}

/**
 * Whether at `path` is the empty file of a `renameToNew` that a death has cut off.
 * @param whole what was found of the file that was to take its place; null if that is not there
 */
export async function isLeftClaim(path: string, whole: Stats | null): Promise<boolean> {
  if (!whole?.isFile()) return false;
  const stats = await lookAt(path);
  return stats !== null && stats.size === 0 && isOwnFileOf(stats, whole);
}
