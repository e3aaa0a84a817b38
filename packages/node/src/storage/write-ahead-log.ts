import { type FileHandle, open } from 'node:fs/promises';
import { StoreError } from '@background-fetch/core';
import type { Faults } from './faults.ts';
import { SharedSync } from './shared-sync.ts';

/**
 * Makes commits durable, as SQLite's `synchronous = FULL` does, but in the thread pool: nobody hears of a commit, nor
 * of what a read found in it, before a sync that began after it has ended.
 * docs/discoveries.md#a-sync-beside-the-main-thread says why this promises the same. SQLite's locks are on other
 * files, so that closing this one drops none of them:
 * docs/discoveries.md#closing-a-file-drops-its-locks
 */
export class WriteAheadLog {
  readonly #file: FileHandle;
  readonly #sync: SharedSync;
  #failure: StoreError | null = null;

  private constructor(file: FileHandle, faults: Faults) {
    this.#file = file;
    this.#sync = new SharedSync(async () => {
      this.#throwFailure();
      try {
        faults('log');
        await file.datasync();
      } catch (cause) {
        this.#failure = new StoreError(
          'The log of the database could not be made durable. Nobody knows what the disk has of the last writes, ' +
            'which were not reported as done: check the disk, then close the store and open it again.',
          { cause },
        );
        throw this.#failure;
      }
    });
  }

  static async open(path: string, faults: Faults): Promise<WriteAheadLog> {
    return new WriteAheadLog(await open(path, 'r+'), faults);
  }

  /** Resolves when everything that was committed before is on stable storage. */
  sync(): Promise<void> {
    return this.#sync.request();
  }

  /** Resolves when everything that can be read is on stable storage. */
  async settled(): Promise<void> {
    await this.#sync.pending;
    // the next sync may succeed all the same:
    // docs/discoveries.md#a-sync-that-succeeds-after-one-that-failed
    this.#throwFailure();
  }

  async close(): Promise<void> {
    await this.#sync.pending?.catch(() => {});
    await this.#file.close();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure;
  }
}
