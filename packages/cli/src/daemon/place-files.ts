import type { BigIntStats } from 'node:fs';
import { lstat, readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  irreplaceable,
  irreplaceableAt,
  isCopyOf,
  isNullDevice,
  lookAt,
  nameKey,
  WholeFile,
} from '@background-fetch/common';
import { FileExistsError } from '@background-fetch/node';
import { numberedName } from './file-name.ts';
import { forEachAtATime } from './for-each-at-a-time.ts';

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

/**
 * Which files have the names and numbers of a directory, as far as was found or made while files are put there: a
 * server may call all of thousands alike.
 */
export class NamesInUse {
  readonly #identities = new Map<string, (string | null)[]>();
  readonly #given = new Set<string>();
  readonly #placed = new Set<string>();
  readonly #reserved: ReadonlySet<string>;
  readonly #left: ReadonlySet<string> | null;

  /**
   * @param reserved names that the user has asked for, for files that may come later
   * @param left names of the copies that were in the directory before; null where that is not known
   */
  constructor(reserved: Iterable<string> = [], left: Iterable<string> | null = null) {
    this.#reserved = new Set(Array.from(reserved, nameKey));
    this.#left = left && new Set(left);
  }

  /** Whether there may be something under this temporary name, which an earlier call has left. */
  mayBeLeft(temporaryName: string): boolean {
    return this.#left === null || this.#left.has(temporaryName);
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
  const source = { kind: 'shared', path: file.source, secondName: `${file.source}.link` } as const;
  const whole = new WholeFile(source, temporary);
  if (overwrite && isFirst && !names.has(await identify(wanted))) {
    if (await whole.replace(wanted)) {
      names.add(await identify(wanted));
      return wanted;
    }
    if (!file.mayBeNumbered) await refuse(whole, wanted);
  }
  const inUse = names.of(file.name);
  const mayBeLeft = names.mayBeLeft(file.temporaryName);
  const ours = await Promise.all([identify(file.source), mayBeLeft ? identifyOwn(temporary) : null]);
  const before = inUse.findIndex((identity) => identity !== null && ours.includes(identity));
  if (before >= 0) return join(directory, numberedName(file.name, before));
  for (let n = file.mayBeNumbered ? inUse.length : 0; ; n++) {
    const name = numberedName(file.name, n);
    if (isForAnother(name)) {
      inUse[n] = null;
      continue;
    }
    const path = join(directory, name);
    const isNamed = await whole.nameNew(path);
    const identity = await identify(path);
    inUse[n] = identity;
    // an earlier call may have put it there, before that was noted
    const isOurs = isNamed || (identity !== null && ours.includes(identity));
    if (isOurs || (!file.mayBeNumbered && (await isCopyOf(file.source, path)))) {
      names.add(identity);
      return path;
    }
    if (!file.mayBeNumbered) await refuse(whole, path);
  }
}

/** Whoever asked has to choose another place, so that nobody comes back for a copy in this one. */
async function refuse(whole: WholeFile, path: string): Promise<never> {
  await whole.removeCopy();
  const there = await irreplaceableAt(path);
  throw new FileExistsError(
    there === null
      ? `${path} exists already: choose another name, or use --overwrite`
      : irreplaceable(path, there),
  );
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
