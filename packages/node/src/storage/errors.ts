import { messageOf } from '@background-fetch/common';
import { NewerSchemaError, StoreError } from '@background-fetch/core';

/** The database, or a file it tells of, is damaged. What is asked for can't be given; nothing else was touched. */
export class DamagedStoreError extends StoreError {
  readonly code = 'STORE_DAMAGED';
}

/** The store was written by a later version of this package, and is left alone. */
export class NewerStoreError extends NewerSchemaError {
  readonly code = 'STORE_NEWER';
  override readonly message: string;
  constructor(found: number, known: number) {
    super();
    this.message =
      `The store has schema version ${found}, and this version of @background-fetch/node knows ${known} at most: ` +
      'update the package, or choose another directory.';
  }
}

/** The codes by which SQLite and the file system mean "no room". */
const noRoom = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL']);

/** The codes by which SQLite calls a file no database, or no longer one. */
const damaged = /^SQLITE_(CORRUPT|NOTADB|FORMAT)/;

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

/**
 * The error that the store's callers get for one of SQLite's or of the file system's.
 * @param attempt what was attempted, on what
 */
export function toStoreError(attempt: string, error: unknown, directory: string): Error {
  if (error instanceof StoreError || error instanceof NewerSchemaError) return error;
  if (error instanceof DOMException && error.name === 'QuotaExceededError') return error;
  const code = codeOf(error);
  const message = messageOf(error);
  if (noRoom.has(code)) {
    return withCause(
      new DOMException(
        `${attempt}: there is no room left in ${directory} (${message})`,
        'QuotaExceededError',
      ),
      error,
    );
  }
  if (damaged.test(code)) return damagedDatabase(attempt, error, directory);
  return new StoreError(`${attempt}: ${message}. ${adviceFor(code, directory)}`, { cause: error });
}

/** The error of a damaged database, with the one way out that is always there. */
export function damagedDatabase(attempt: string, cause: unknown, directory: string): DamagedStoreError {
  const message = messageOf(cause);
  return new DamagedStoreError(
    `${attempt}: the database ${directory}/store.db is damaged (${message}). Move store.db, store.db-wal and ` +
      'store.db-shm away to start with an empty store; the bytes of bodies stay in the folder "bodies" until ' +
      'a store is opened beside them, so move that, too, if they are needed.',
    { cause },
  );
}

function adviceFor(code: string, directory: string): string {
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || /READONLY|CANTOPEN/.test(code)) {
    return `Make ${directory} writable for this user, or choose another directory.`;
  }
  if (/BUSY|LOCKED/.test(code)) return `Close whatever else has ${directory}/store.db open.`;
  if (code === 'EMFILE' || code === 'ENFILE') return 'Raise the limit of open files.';
  if (code === 'ENOENT') return `Make ${directory}, or choose another place.`;
  if (code === 'ENOTDIR') return `A part of ${directory} is no directory: choose another place.`;
  if (code === 'ENAMETOOLONG') return 'Choose a shorter name.';
  return `Check the disk that holds ${directory}, then open the store again.`;
}

function withCause<T extends Error>(error: T, cause: unknown): T {
  Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
  return error;
}

/** Whether an error says that a file is not there. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}
