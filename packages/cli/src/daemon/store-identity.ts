import type { BigIntStats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What makes a store the one that a daemon has opened. */
export interface StoreIdentity {
  readonly directory: string;
  readonly database: string;
  readonly lock: string;
}

/** What a daemon has lost: with the lock alone, the store is still there, and may be another daemon's. */
export type Loss = 'store' | 'lock';

/** Which file it is, whatever is in it. */
function fileIdentity({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** Null where there is nothing. */
export async function entryAt(path: string): Promise<string | null> {
  return await unlessGone(lstat(path, { bigint: true }));
}

export async function identifyStore(store: string): Promise<StoreIdentity> {
  const [directory, database, lock] = await Promise.all([
    unlessGone(stat(store, { bigint: true })),
    entryAt(join(store, 'store.db')),
    entryAt(join(store, 'engine.lock')),
  ]);
  return { directory: directory ?? '', database: database ?? '', lock: lock ?? '' };
}

/** What is not at its place any more of a store that was this one. */
export async function findLoss(store: string, was: StoreIdentity): Promise<Loss | null> {
  const is = await identifyStore(store);
  if (is.directory !== was.directory || is.database !== was.database) return 'store';
  return is.lock === was.lock ? null : 'lock';
}

/** What can't be looked at for another reason may be there. */
async function unlessGone(stats: Promise<BigIntStats>): Promise<string | null> {
  return await stats.then(fileIdentity, (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
}
