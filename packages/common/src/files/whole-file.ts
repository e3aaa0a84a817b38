import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { isLeftClaim, renameToNew } from './claim-name.ts';
import { copyDurably, removeFile, writeDurably } from './copy-file.ts';
import { isAboutLinks, linkNew } from './link-new.ts';
import { irreplaceableAt, lookAt } from './special-file.ts';

/** Where the bytes are that are to get a name. */
export type WholeSource =
  /**
   * A durable file that may have several names: where it can be given another one, nothing is copied. A copy has its rights.
   * `secondName` is a free name beside it, for an instant.
   */
  | { readonly kind: 'shared'; readonly path: string; readonly secondName: string }
  /** A file that somebody else may write to: a copy, with the rights `mode`, is what gets the name. */
  | { readonly kind: 'copied'; readonly path: string; readonly mode: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Bytes that are read one piece after the other, from their beginning each time. */
  | { readonly kind: 'read'; readonly read: () => AsyncIterable<Uint8Array> };

/**
 * A file that is whole and gets its name in one step, with its bytes durable before that. The name itself is durable once
 * its folder was synced (`syncFolder`), which is left to the caller: many files share that.
 */
export class WholeFile {
  readonly #source: WholeSource;
  readonly #copy: string;
  #hasCopy = false;
  /** What a death has left of an earlier copy. */
  #left: Promise<Stats | null> | null = null;

  /**
   * @param copy a path in the folder where it gets its name (see `copyName`), for a copy where one is needed. Whoever comes
   * back after a death gives the same one, so that what was left behind is found; no two give the same one at a time
   */
  constructor(source: WholeSource, copy: string) {
    this.#source = source;
    this.#copy = copy;
  }

  /** Gives it a name that nothing has. Resolves with false if something has it, which then stays as it is. */
  async nameNew(path: string): Promise<boolean> {
    const isNamed = await this.#nameNew(path);
    if (isNamed || !(await isLeftClaim(path, await this.#lookAtLeft()))) return isNamed;
    // where there are hard links, no name was ever claimed by an empty file: it is somebody's
    if (await this.#canLink()) return false;
    await rm(path, { force: true });
    return await this.#nameNew(path);
  }

  /**
   * Gives it a name in the place of whatever file has it; a link is replaced, and not followed. Resolves with false if there
   * is something that is never replaced (see `irreplaceableAt`).
   */
  async replace(path: string): Promise<boolean> {
    // the way may be another one than before a death, which left a copy
    await this.#lookAtLeft();
    if (this.#source.kind === 'shared') {
      const replaced = await replaceByLink(this.#source, path);
      if (replaced !== 'impossible') return replaced;
    }
    // better now than after a long copy
    if ((await irreplaceableAt(path)) !== null) return false;
    await this.#makeCopy();
    return await renameOver(this.#copy, path);
  }

  /** Removes the copy, once its name is not needed any more to find out what has been done. */
  async removeCopy(): Promise<void> {
    if (this.#hasCopy || (await this.#left)) await removeFile(this.#copy);
  }

  async #nameNew(path: string): Promise<boolean> {
    if (this.#source.kind === 'shared' && !this.#hasCopy) {
      const linked = await linkNew(this.#source.path, path);
      if (linked !== 'impossible') return linked === 'done';
    }
    await this.#makeCopy();
    const linked = await linkNew(this.#copy, path);
    if (linked !== 'impossible') return linked === 'done';
    return await renameToNew(this.#copy, path);
  }

  async #makeCopy(): Promise<void> {
    if (this.#hasCopy) return;
    const source = this.#source;
    const displacing = () => this.#lookAtLeft();
    if (source.kind === 'bytes') await writeDurably(() => source.bytes, this.#copy, displacing);
    else if (source.kind === 'read') await writeDurably(source.read, this.#copy, displacing);
    else
      await copyDurably(source.path, this.#copy, source.kind === 'copied' ? source.mode : null, displacing);
    this.#hasCopy = true;
    // what has its name from now on is the copy
    this.#left ??= Promise.resolve(null);
  }

  /** Whether the folder has second names for files: what has the name of the copy, ours or what is left of one, gets one. */
  async #canLink(): Promise<boolean> {
    const second = `${this.#copy}.link`;
    await removeFile(second);
    try {
      return (await linkNew(this.#copy, second)) !== 'impossible';
    } finally {
      await removeFile(second);
    }
  }

  #lookAtLeft(): Promise<Stats | null> {
    this.#left ??= lookAt(this.#copy);
    return this.#left;
  }
}

const copyPrefix = '.bgfetch-';

/**
 * A name for a copy, which nothing else has: who sees it learns nothing of other names. In a folder that many may write into,
 * somebody who could guess one would put a file of his own there first.
 * @param secret the same one after a death
 */
export function copyName(secret: string): string {
  return `${copyPrefix}${createHash('sha256').update(secret).digest('hex').slice(0, 32)}`;
}

/** Whether a name is one that `copyName` gives. */
export function isCopyName(name: string): boolean {
  return name.startsWith(copyPrefix);
}

/** The second name is made beside the file: a death leaves it there, and not in the user's folder. */
async function replaceByLink(
  { path: source, secondName }: WholeSource & { readonly kind: 'shared' },
  path: string,
): Promise<boolean | 'impossible'> {
  try {
    let linked = await linkNew(source, secondName);
    if (linked === 'exists') {
      // by a death
      await rm(secondName, { force: true });
      linked = await linkNew(source, secondName);
    }
    if (linked !== 'done') return 'impossible';
    return await renameOver(secondName, path);
  } catch (error) {
    if (isAboutLinks(error)) return 'impossible';
    throw error;
  } finally {
    // if both names are of one file already, renaming has left it
    await rm(secondName, { force: true });
  }
}

/** The look is the last thing before: a copy takes long enough for something to come. */
async function renameOver(whole: string, path: string): Promise<boolean> {
  if ((await irreplaceableAt(path)) !== null) return false;
  await rename(whole, path);
  return true;
}
