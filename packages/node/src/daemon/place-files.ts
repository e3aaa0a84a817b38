import type { BigIntStats } from 'node:fs';
import { constants, copyFile, link, lstat, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { nameKey } from '../same-name.ts';
import { irreplaceable, irreplaceableAt, isNullDevice, lookAt } from '../special-file.ts';
import { numberedName } from './file-name.ts';
import { forEachAtATime } from './receive-files.ts';

/** files at a time */
const atATime = 8;

/** A whole file that is to get its final name. */
export interface FileToPlace {
  /** where it is now; it stays there */
  readonly source: string;
  readonly name: string;
  /** whether another file of that name leads to another name, rather than to a refusal */
  readonly mayBeNumbered: boolean;
  /** a name that no other file has, for the time that a copy takes */
  readonly temporaryName: string;
}

/** There is something of the name that the user gave, which is not to be replaced, or can't be. */
export class FileExistsError extends Error {
  override readonly name = 'FileExistsError';
}

/**
 * Which files have the names and numbers of a directory, as far as was found or made while files are put there: a
 * server may call all of thousands alike.
 */
export class NamesInUse {
  readonly #identities = new Map<string, (string | null)[]>();
  readonly #given = new Set<string>();
  readonly #placed = new Set<string>();
  readonly #reserved: ReadonlySet<string>;

  /** @param reserved names that the user has asked for, for files that may come later */
  constructor(reserved: Iterable<string> = []) {
    this.#reserved = new Set(Array.from(reserved, nameKey));
  }

  /** Whether this is the first file that is to be put there under that name, or one like it: others must not replace it. */
  isFirst(name: string): boolean {
    const key = nameKey(name);
    const isFirst = !this.#given.has(key);
    this.#given.add(key);
    return isFirst;
  }

  /** Whether the user has asked for that name, or one like it. */
  isReserved(name: string): boolean {
    return this.#reserved.has(nameKey(name));
  }

  /** Notes a file that is in its place, and must not be replaced any more. */
  add(identity: string | null): void {
    if (identity !== null) this.#placed.add(identity);
  }

  /** Whether a file is one of those that were put there. */
  has(identity: string | null): boolean {
    return identity !== null && this.#placed.has(identity);
  }

  /** The identities of `name`, `name (1)` and so on, as far as they are known. */
  of(name: string): (string | null)[] {
    const known = this.#identities.get(name) ?? [];
    this.#identities.set(name, known);
    return known;
  }
}

/**
 * Gives a file its name in `directory`, and resolves with its path. The name appears with the whole file behind it,
 * in one step, and never in place of another file unless `overwrite`. Called again after a death, it finds what it did.
 * With `overwrite` for any of a fetch's files, they are placed one after the other, so that none replaces another that has
 * come meanwhile. A symbolic link of that name is not followed. Nothing is put in the place of a device, a pipe or a socket; only what
 * the user wants to have in the null device is where it belongs at once.
 * @throws FileExistsError if there is something that stays
 */
export async function placeFile(
  file: FileToPlace,
  directory: string,
  overwrite: boolean,
  names = new NamesInUse(),
): Promise<string> {
  const temporary = join(directory, file.temporaryName);
  const wanted = join(directory, file.name);
  const isForAnother = (name: string): boolean => file.mayBeNumbered && names.isReserved(name);
  const isFirst = !isForAnother(file.name) && names.isFirst(file.name);
  const found = file.mayBeNumbered ? null : await lookAt(wanted);
  if (found && isNullDevice(found)) return wanted;
  if (overwrite && isFirst) {
    const there = await irreplaceableAt(wanted);
    if (there === null && !names.has(await identify(wanted))) {
      const path = await replace(file.source, temporary, wanted);
      names.add(await identify(path));
      return path;
    }
    if (there !== null && !file.mayBeNumbered) throw new FileExistsError(irreplaceable(wanted, there));
  }
  const inUse = names.of(file.name);
  const ours = await Promise.all([identify(file.source), identifyOwn(temporary)]);
  const before = inUse.findIndex((identity) => identity !== null && ours.includes(identity));
  if (before >= 0) return join(directory, numberedName(file.name, before));
  let whole = file.source;
  for (let n = file.mayBeNumbered ? inUse.length : 0; ; n++) {
    const name = numberedName(file.name, n);
    if (isForAnother(name)) {
      inUse[n] = null;
      continue;
    }
    const path = join(directory, name);
    let linked = await linkNew(whole, path);
    if (linked === 'exists') {
      const found = await identify(path);
      inUse[n] = found;
      // an earlier call put it there, before that was noted
      if (found !== null && ours.includes(found)) return path;
    }
    if (linked === 'impossible' && whole !== temporary) {
      await copyWhole(file.source, temporary);
      whole = temporary;
      linked = await linkNew(whole, path);
    }
    if (linked === 'impossible') linked = await renameNew(whole, path);
    if (linked === 'done') {
      const identity = await identify(path);
      inUse[n] = identity;
      names.add(identity);
      return path;
    }
    if (!file.mayBeNumbered) {
      const there = await irreplaceableAt(path);
      if (there !== null) throw new FileExistsError(irreplaceable(path, there));
      throw new FileExistsError(`${path} exists already: choose another name, or use --overwrite`);
    }
  }
}

/** Takes away what only helped: to be called when the names are durable, and it is noted where the files are. */
export async function finishPlacing(files: readonly FileToPlace[], directory: string): Promise<void> {
  const names = new Set(await readdir(directory));
  await forEachAtATime(files, atATime, async ({ source, temporaryName }) => {
    if (names.has(temporaryName)) await rm(join(directory, temporaryName), { force: true });
    await unlink(source).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  });
}

/** Which file is at a path; null for none. */
export async function identify(path: string): Promise<string | null> {
  const stats = await look(path);
  return stats && identityOf(stats);
}

/** Null for what another user may have put there: he could give one of his files this name and that of ours. */
async function identifyOwn(path: string): Promise<string | null> {
  const stats = await look(path);
  if (!stats?.isFile() || stats.uid !== BigInt(process.geteuid?.() ?? stats.uid)) return null;
  return identityOf(stats);
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

async function look(path: string): Promise<BigIntStats | null> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function copyWhole(source: string, copy: string): Promise<void> {
  await rm(copy, { force: true });
  await copyFile(source, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const file = await open(copy, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** `impossible` between two file systems, and on one that has no hard links. */
async function linkNew(source: string, path: string): Promise<'done' | 'exists' | 'impossible'> {
  try {
    await link(source, path);
    return 'done';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return 'exists';
    if (code === 'EXDEV' || code === 'EPERM' || code === 'ENOTSUP' || code === 'EMLINK') return 'impossible';
    throw error;
  }
}

let lastRename: Promise<unknown> = Promise.resolve();

/**
 * Without hard links, looking and renaming are two steps: another program's file could come between, but none of ours, as
 * they take their turns.
 */
function renameNew(source: string, path: string): Promise<'done' | 'exists'> {
  const renaming = lastRename.then(async () => {
    if ((await identify(path)) !== null) return 'exists';
    await rename(source, path);
    return 'done';
  });
  lastRename = renaming.catch(() => {});
  return renaming;
}

async function replace(source: string, temporary: string, path: string): Promise<string> {
  await rm(temporary, { force: true });
  if ((await linkNew(source, temporary)) !== 'done') await copyWhole(source, temporary);
  await rename(temporary, path);
  return path;
}
