import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedStoreError } from './errors.ts';

/** Handles that are kept open although nobody is using them. */
const idleHandles = 32;

interface OpenFile {
  readonly handle: Promise<FileHandle>;
  users: number;
  /** Closed by its last user. */
  forgotten: boolean;
}

/** The open files of a folder: opened when they are first used, the ones used last kept open for the next use. */
export class OpenFiles {
  readonly #folder: string;
  readonly #flags: number;
  readonly #entries = new Map<string, OpenFile>();

  /** @param flags with which files are opened; for reading and writing by default */
  constructor(folder: string, flags = constants.O_RDWR) {
    this.#folder = folder;
    this.#flags = flags;
  }

  /** @throws DamagedStoreError for what would lie elsewhere: names come from rows that somebody may have changed */
  path(name: string): string {
    if (!/^\w[\w.-]*$/.test(name)) {
      throw new DamagedStoreError(
        `${JSON.stringify(name)} is no file of a body in ${this.#folder}: something other than background-fetch has ` +
          'written the row that names it. Move store.db away to start with an empty store.',
      );
    }
    return join(this.#folder, name);
  }

  /** Creates a file that only its owner can read. */
  async create(name: string): Promise<void> {
    const { O_RDWR, O_CREAT, O_EXCL } = constants;
    await this.#use(name, O_RDWR | O_CREAT | O_EXCL, async () => {});
  }

  /** Calls `work` with the open file. */
  use<T>(name: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
    return this.#use(name, this.#flags, work);
  }

  async #use<T>(name: string, flags: number, work: (file: FileHandle) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(name) ?? this.#open(name, flags);
    // the order of the map is the order of the last uses
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    entry.users++;
    try {
      return await work(await entry.handle);
    } finally {
      entry.users--;
      if (entry.forgotten && entry.users === 0) close(entry);
      this.#closeIdle();
    }
  }

  async #openFile(name: string, flags: number): Promise<FileHandle> {
    return await open(this.path(name), flags, 0o600);
  }

  #open(name: string, flags: number): OpenFile {
    const entry = { handle: this.#openFile(name, flags), users: 0, forgotten: false };
    entry.handle.catch(() => this.#drop(name, entry));
    return entry;
  }

  #drop(name: string, entry: OpenFile): void {
    if (this.#entries.get(name) === entry) this.#entries.delete(name);
  }

  /** Keeps no handle of a file that is removed: its bytes would stay on the disk. */
  async forget(name: string): Promise<void> {
    const entry = this.#entries.get(name);
    if (!entry) return;
    this.#entries.delete(name);
    entry.forgotten = true;
    if (entry.users === 0) await close(entry);
  }

  async close(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map(close));
  }

  #closeIdle(): void {
    let surplus = this.#entries.size - idleHandles;
    for (const [name, entry] of this.#entries) {
      if (surplus <= 0) return;
      if (entry.users > 0) continue;
      this.#entries.delete(name);
      surplus--;
      close(entry);
    }
  }
}

/** A file that could not be opened has nothing to close; what was written was synced before. */
async function close({ handle }: OpenFile): Promise<void> {
  await handle.then((file) => file.close()).catch(() => {});
}
