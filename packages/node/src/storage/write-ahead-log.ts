import { type FileHandle, open } from 'node:fs/promises';
import { StoreError } from '@background-fetch/core';
import type { Faults } from './faults.ts';
import { SharedSync } from './shared-sync.ts';

/**
 * Makes commits durable, as SQLite's `synchronous = FULL` does, but not on the main thread: that would stand still for
 * as long as the disk takes, which while bodies are being written is tens of milliseconds for each commit. Measured
 * with 1 GiB on a disk that others used, too: 25 to 40 % faster, and half the time that the event loop stood still.
 *
 * With `synchronous = NORMAL` SQLite writes the pages of a commit to its log and leaves the sync to us. Nobody hears of
 * a commit, nor of what a read found in it, before a sync that began after it has ended: that is what FULL promises.
 * - A log whose end was lost to a power cut ends with the last commit that is whole, by its checksums: commits that
 *   nobody heard of are lost in their order, and never in part.
 * - NORMAL still syncs the log before a checkpoint copies it into the database, the database before the log is used
 *   anew, and the header of a log that is used anew. What a checkpoint took out of the log is thus durable already.
 * - All handles of a file share its pages, so that syncing this handle syncs what SQLite wrote through its own. SQLite's
 *   locks are on other files: closing this one releases none of them.
 * - While a connection is open the log is never replaced by another file.
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
    // a second sync can succeed without having written what the first one could not
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
