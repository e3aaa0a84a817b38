import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '@background-fetch/common';
import type { Authorities } from './authorities.ts';
import { checkKeptFetch, type KeptFetch, keptFetchSchema } from './kept-fetch.ts';
import { whyNotOwn } from './private-directory.ts';
import type { FetchSettings } from './protocol.ts';

/** The files in which fetches are kept, one for each. A write is there whole, or not at all. */
export class KeptFetches {
  readonly #directory: string;
  readonly #received: string;

  readonly #authorities: Authorities;

  /** the last change of each note that is under way */
  readonly #changes = new Map<string, Promise<void>>();

  #unreadable: readonly string[] = [];

  constructor(directory: string, received: string, authorities: Authorities) {
    this.#directory = directory;
    this.#received = received;
    this.#authorities = authorities;
  }

  /** The same settings, with the texts in them that other fetches have as well. */
  intern(settings: FetchSettings): FetchSettings {
    return this.#authorities.intern(settings);
  }

  /** In order of creation. Calls `onUnreadable` for what can't be read, and leaves it where it is. */
  async load(onUnreadable: (path: string, reason: unknown) => void): Promise<KeptFetch[]> {
    const kept: KeptFetch[] = [];
    const unreadable: string[] = [];
    for (const name of await readdir(this.#directory)) {
      if (!name.endsWith('.json')) continue;
      const path = join(this.#directory, name);
      try {
        const note = JSON.parse(await readOwn(path)) as { schema?: unknown } | null;
        if (note?.schema !== keptFetchSchema) throw new TypeError(`its schema is ${note?.schema}`);
        const fetch = checkKeptFetch(note);
        if (`${fetch.key}.json` !== name) throw new TypeError(`its key is ${fetch.key}`);
        kept.push({ ...fetch, settings: await this.#authorities.load(fetch.settings) });
      } catch (error) {
        unreadable.push(path);
        onUnreadable(path, error);
      }
    }
    this.#unreadable = unreadable;
    return kept.sort((a, b) => a.created - b.created);
  }

  /** The notes that could not be read when they were loaded last. */
  get unreadable(): readonly string[] {
    return this.#unreadable;
  }

  /** Which of these notes may be that of a fetch: one that still names it, otherwise the first. */
  async lostNoteOf(id: string): Promise<string | undefined> {
    for (const path of this.#unreadable) {
      const text = await readOwn(path).catch(() => '');
      if (text.includes(`"id":${JSON.stringify(id)}`)) return path;
    }
    return this.#unreadable[0];
  }

  async write(fetch: KeptFetch): Promise<void> {
    await this.#inTurn(fetch.key, () => this.#write(fetch));
  }

  async #write(fetch: KeptFetch): Promise<void> {
    const settings = await this.#authorities.store(fetch.settings);
    const path = join(this.#directory, `${fetch.key}.json`);
    const file = await openOwn(`${path}.new`, constants.O_WRONLY | constants.O_CREAT);
    try {
      await file.truncate();
      await file.writeFile(JSON.stringify({ ...fetch, settings }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
    await syncFolder(this.#directory);
  }

  async delete(fetch: KeptFetch): Promise<void> {
    await this.#inTurn(fetch.key, async () => {
      await rm(join(this.#received, fetch.key), { recursive: true, force: true });
      await rm(join(this.#directory, `${fetch.key}.json`), { force: true });
      await syncFolder(this.#directory);
    });
  }

  /** Changes of one note come one after the other, as they were asked for: they share the name of the file that is new. */
  async #inTurn(key: string, change: () => Promise<void>): Promise<void> {
    const before = this.#changes.get(key) ?? Promise.resolve();
    const changing = before.catch(() => {}).then(change);
    this.#changes.set(key, changing);
    try {
      await changing;
    } finally {
      if (this.#changes.get(key) === changing) this.#changes.delete(key);
    }
  }

  /** Where the received files of a fetch wait for being saved. */
  async makeReceivedDirectory(fetch: KeptFetch): Promise<string> {
    const path = join(this.#received, fetch.key);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  }

  receivedPath(fetch: KeptFetch, index: number): string {
    return join(this.#received, fetch.key, receivedName(index));
  }
}

async function readOwn(path: string): Promise<string> {
  const file = await openOwn(path, constants.O_RDONLY);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Opens what is this user's, and waits for no pipe: what was opened is looked at, and not what had the name before. */
async function openOwn(path: string, flags: number): Promise<FileHandle> {
  const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await open(path, flags | O_NOFOLLOW | O_NONBLOCK, 0o600);
  const why = whyNotOwn(await file.stat());
  if (why === null) return file;
  await file.close();
  throw new Error(`it ${why}`);
}

/** What a received file is called until it is saved. */
export function receivedName(index: number): string {
  return String(index);
}
