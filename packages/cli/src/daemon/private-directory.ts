import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { reasonOf } from '@background-fetch/common';
import { makeDirectories } from './make-directories.ts';
import { DaemonError } from './protocol.ts';
import { canOthersWrite, distrustOf } from './trusted-path.ts';

/** Where the daemon of a store has what is its own. */
export interface DaemonPaths {
  /** absolute, as all of them */
  readonly store: string;
  /** private to the user: log, fetches, received files */
  readonly directory: string;
  readonly log: string;
  readonly notes: string;
  readonly received: string;
  /** what clients have read of bodies that are no files */
  readonly bodies: string;
  /** certificates that fetches trust, by their digest */
  readonly authorities: string;
  /** on Windows the name of a pipe */
  readonly socket: string;
}

/** The paths of a store's daemon. */
export function daemonPaths(store: string): DaemonPaths {
  const absolute = resolve(store);
  const directory = join(absolute, 'daemon');
  const hash = createHash('sha256').update(absolute).digest('hex').slice(0, 16);
  const isPipe = process.platform === 'win32';
  return {
    store: absolute,
    directory,
    log: join(directory, 'log'),
    notes: join(directory, 'fetches'),
    received: join(directory, 'received'),
    bodies: join(directory, 'bodies'),
    authorities: join(directory, 'authorities'),
    socket: isPipe ? `\\\\.\\pipe\\bgfetch-${hash}` : join(directory, 'socket'),
  };
}

/** Makes the directories of a daemon, and refuses those that others could have made or can read. */
export async function makeDaemonDirectories(paths: DaemonPaths): Promise<void> {
  await requireTrustedWay(paths.store);
  try {
    await makeDirectories(paths.store, 0o700);
  } catch (cause) {
    throw new DaemonError(
      'trouble',
      `The store ${paths.store} can't be made (${reasonOf(cause)}): choose another one with --store or BGFETCH_STORE`,
      { cause },
    );
  }
  // somebody may have made a part of the way meanwhile
  await requireTrustedWay(paths.store);
  // the store itself may be reached by a link, what is private in it may not
  const stats = await lookAt(paths.store, stat);
  requireOwned(paths.store, stats);
  requireNoOtherWriters(paths.store, stats);
  for (const directory of [paths.directory, paths.notes, paths.received, paths.bodies, paths.authorities]) {
    await makePrivateDirectory(directory);
  }
  await requireOwnFiles(paths.store);
}

/** What nobody else may have put into a store while it was open to others, or before it was this user's. */
const ownFiles = [
  ...['store.db', 'store.db-wal', 'store.db-shm', 'engine.lock', 'engine.lock-journal', 'engine.pid'],
  ...['engine.pid.new', join('daemon', 'log'), join('daemon', 'log.1')],
];

async function requireOwnFiles(store: string): Promise<void> {
  const bodies = join(store, 'bodies');
  if (await findEntry(bodies)) await requirePrivate(bodies);
  for (const path of ownFiles.map((name) => join(store, name))) {
    const stats = await findEntry(path);
    if (stats === null) continue;
    const isOpen = process.platform !== 'win32' && (stats.mode & 0o077) !== 0;
    const why = whyNotOwn(stats) ?? (isOpen ? 'is open to others' : null);
    if (why === null) continue;
    throw new DaemonError(
      'trouble',
      `${path} ${why}: move it away if it is not yours, or choose another store`,
    );
  }
}

/** Why a file is not this user's and nobody else's; null if it is. Its other name may be that of another file of his. */
export function whyNotOwn(stats: Stats): string | null {
  if (!stats.isFile()) return 'is no file';
  if (process.getuid && stats.uid !== process.getuid()) return 'belongs to another user';
  return stats.nlink > 1 ? 'has another name, too' : null;
}

/** Null where there is nothing: a daemon that is at work makes files, and takes them away. */
async function findEntry(path: string): Promise<Stats | null> {
  return await lookAt(path, lstat).catch((error: Error) => {
    if ((error.cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
}

/** Whoever rules a directory above could put another store, or a link, into the place of this one at any time. */
async function requireTrustedWay(path: string): Promise<void> {
  const why = await distrustOf(path).catch((cause) => `it can't be looked at (${reasonOf(cause)})`);
  if (why === null) return;
  throw new DaemonError(
    'trouble',
    `${path} is not safe from others: ${why}. Choose another place with --store or BGFETCH_STORE`,
  );
}

async function makePrivateDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new DaemonError(
        'trouble',
        `The directory ${path} can't be made (${reasonOf(cause)}): make it writable, or choose another store with --store`,
        { cause },
      );
    }
  }
  await requirePrivate(path);
}

/** Whether the socket's directory is there; throws if it is not this user's alone. */
export async function findSocketDirectory(paths: DaemonPaths): Promise<boolean> {
  await requireTrustedWay(paths.directory);
  try {
    await requirePrivate(paths.directory);
    return true;
  } catch (error) {
    if ((error as { cause?: NodeJS.ErrnoException }).cause?.code === 'ENOENT') return false;
    throw error;
  }
}

async function requirePrivate(path: string): Promise<void> {
  const stats = await lookAt(path, lstat);
  requireOwned(path, stats);
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    throw new DaemonError('trouble', `Others have access to ${path}: run "chmod 700 ${path}" if it is yours`);
  }
}

/** Who can write into a directory can put other files in the place of those that are there. */
function requireNoOtherWriters(path: string, stats: Stats): void {
  if (!canOthersWrite(stats)) return;
  throw new DaemonError('trouble', `Others can write into ${path}: run "chmod go-w ${path}" if it is yours`);
}

async function lookAt(path: string, look: (path: string) => Promise<Stats>): Promise<Stats> {
  return await look(path).catch((cause) => {
    throw new DaemonError('trouble', `${path} can't be looked at (${reasonOf(cause)})`, { cause });
  });
}

function requireOwned(path: string, stats: Stats): void {
  if (!stats.isDirectory()) {
    throw new DaemonError('trouble', `${path} is no directory: choose another store with --store`);
  }
  if (process.getuid && stats.uid !== process.getuid()) {
    throw new DaemonError('trouble', `${path} belongs to another user: choose another store with --store`);
  }
}
