import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '@background-fetch/common';
import { StoreError } from '@background-fetch/core';
import type Libsql from 'libsql';
import { toStoreError } from '../storage/errors.ts';

/** ms between two attempts to get a lock that is waited for: the death of a process tells nobody */
const retryInterval = 100;
/** Attempts that a new holder gets to write down its pid. */
const attemptsToName = 10;

const orElsewhere = ', choose another directory, or open with "wait: true" to take over when it ends';

/** Another engine, in this process or in another one, has the store. */
export class StoreInUseError extends StoreError {
  override readonly name = 'StoreInUseError';
  readonly code = 'STORE_IN_USE';
  /** The pid of the process that has the store; null where that could not be read. */
  readonly pid: number | null;

  constructor(store: string, pid: number | null, advice: string) {
    const holder = pid === process.pid ? 'this process' : pid === null ? 'another process' : `process ${pid}`;
    super(
      `The store ${store} is in use by ${holder}: a store has one engine at a time. Close that one${advice}.`,
    );
    this.pid = pid;
  }
}

/** The options of `StoreLock.take()`. */
export interface StoreLockOptions {
  /** Whether the process that has the store is waited for. */
  readonly wait: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * The lock by which an engine is the only one of its store: an exclusive transaction on a database that is there for
 * nothing else. The operating system drops it with the process, however that ends.
 */
export class StoreLock {
  readonly #connection: Libsql.Database;

  private constructor(connection: Libsql.Database) {
    this.#connection = connection;
  }

  /** @throws StoreInUseError unless it is waited for; the signal's reason; StoreError, where there can't be a store */
  static async take(directory: string, { wait, signal }: StoreLockOptions): Promise<StoreLock> {
    const path = resolve(directory);
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const connection = tryToLock(path);
      if (connection) return new StoreLock(connection);
      const pid = readPid(path);
      if (!wait && (pid !== null || attempt === attemptsToName))
        throw new StoreInUseError(`in ${path}`, pid, orElsewhere);
      await delay(retryInterval, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }

  release(): void {
    if (!this.#connection.open) return;
    this.#connection.exec('ROLLBACK');
    this.#connection.close();
  }
}

function tryToLock(directory: string): Libsql.Database | null {
  let connection: Libsql.Database | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // libsql is loaded when the first store is opened: it is a native library of some megabytes
    const Database = createRequire(import.meta.url)('libsql') as typeof Libsql;
    const path = join(directory, 'engine.lock');
    makePrivate(path);
    connection = new Database(path);
    connection.exec('BEGIN EXCLUSIVE');
    writePid(directory);
    return connection;
  } catch (error) {
    connection?.close();
    if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return null;
    throw toStoreError(`Locking the store in ${directory}`, error, directory);
  }
}

/**
 * Whoever could open the lock's file could hold the lock. Behind a link, the file would be another database, with a lock of
 * somebody else. A file that is there is not opened: docs/discoveries.md#closing-a-file-drops-its-locks
 */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
    if (!lstatSync(path).isFile()) throw new Error(`${path} is no file, or a link`);
  }
}

// The pid is in a file of its own, because opening and closing the lock's file would drop the lock of this process.

function writePid(directory: string): void {
  const path = join(directory, 'engine.pid');
  // a link that was left or put there would be followed
  rmSync(`${path}.new`, { force: true });
  writeFileSync(`${path}.new`, `${process.pid}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(`${path}.new`, path);
}

/**
 * The pid of the process that has the lock; null while it has not said so yet, and the file still names one that is
 * gone.
 */
function readPid(directory: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(directory, 'engine.pid'), 'utf8'), 10);
    return pid > 0 && isAlive(pid) ? pid : null;
  } catch {
    return null;
  }
}
