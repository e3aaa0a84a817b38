import { createRequire } from 'node:module';
import { join } from 'node:path';
import { StoreError } from '@background-fetch/core';
import type Libsql from 'libsql';
import { damagedDatabase, NewerStoreError, toStoreError } from './errors.ts';
import { applicationId, createTables, databaseVersion } from './schema.ts';

/** A connection to SQLite, one handle of its own. */
export type DatabaseConnection = Libsql.Database;

/** A prepared statement whose rows are arrays. Parameters are passed as one array. */
export type Statement<Row extends unknown[]> = {
  get(parameters: readonly unknown[]): Row | undefined;
  all(parameters: readonly unknown[]): Row[];
  run(parameters: readonly unknown[]): { changes: number };
};

let libsql: (new (path: string, options?: { timeout?: number }) => DatabaseConnection) | undefined;

/** Loaded when the first store is opened: it is a native library of some megabytes. */
function loadLibsql(): NonNullable<typeof libsql> {
  libsql ??= createRequire(import.meta.url)('libsql') as NonNullable<typeof libsql>;
  return libsql;
}

/** The connections to the database of a store. */
export interface Database {
  readonly writer: DatabaseConnection;
  /** Sees what is committed, while the writer is in the middle of a transaction. */
  readonly reader: DatabaseConnection;
  readonly walPath: string;
  /** Whether there was no database before. */
  readonly isNew: boolean;
}

/**
 * @param unclean whether whoever had the store did not close it: then the whole of it is checked
 * @throws DamagedStoreError, NewerStoreError, StoreError
 */
export function openDatabase(directory: string, unclean: boolean): Database {
  const path = join(directory, 'store.db');
  const attempt = `Opening the store in ${directory}`;
  const open: DatabaseConnection[] = [];
  try {
    const writer = connect(path);
    open.push(writer);
    const isNew = prepareTables(writer, directory);
    if (unclean) checkIntegrity(writer, directory);
    const reader = connect(path);
    open.push(reader);
    return { writer, reader, walPath: `${path}-wal`, isNew };
  } catch (error) {
    for (const connection of open) connection.close();
    throw toStoreError(attempt, error, directory);
  }
}

function connect(path: string): DatabaseConnection {
  const Database = loadLibsql();
  // others have no business with it: a moment is for those that only look, such as a backup
  const connection = new Database(path, { timeout: 2 });
  try {
    pragma(connection, 'journal_mode = WAL');
    // the syncs that make this FULL are in write-ahead-log.ts
    connection.exec('PRAGMA synchronous = NORMAL');
    // pages of 4 KiB, four times as many as usual: docs/discoveries.md#a-sync-beside-the-main-thread
    connection.exec('PRAGMA wal_autocheckpoint = 4096');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Creates the tables in an empty database. Resolves with whether it was empty. */
function prepareTables(connection: DatabaseConnection, directory: string): boolean {
  const id = pragma(connection, 'application_id');
  const version = pragma(connection, 'user_version');
  if (id === applicationId) {
    if (version > databaseVersion) throw new NewerStoreError(version, databaseVersion);
    if (version === databaseVersion) return false;
  }
  const [tables] = prepare<[number]>(connection, 'SELECT count(*) FROM sqlite_schema').get([]) ?? [0];
  if (id !== 0 || version !== 0 || tables !== 0) {
    throw new StoreError(
      `${directory}/store.db is a database of something else (application ${id}, version ${version}): ` +
        'choose another directory, or move that file away.',
    );
  }
  connection.exec(`BEGIN IMMEDIATE; ${createTables} COMMIT;`);
  return true;
}

function checkIntegrity(connection: DatabaseConnection, directory: string): void {
  const [verdict] = prepare<[string]>(connection, 'PRAGMA quick_check(1)').get([]) ?? ['no answer'];
  if (verdict !== 'ok') {
    throw damagedDatabase(`Opening the store in ${directory}`, new Error(verdict), directory);
  }
}

/** Prepares a statement whose rows are arrays. */
export function prepare<Row extends unknown[]>(connection: DatabaseConnection, sql: string): Statement<Row> {
  const statement = connection.prepare(sql);
  if (statement.reader) statement.raw();
  return statement as unknown as Statement<Row>;
}

function pragma(connection: DatabaseConnection, source: string): number {
  const [value] = prepare<[number]>(connection, `PRAGMA ${source}`).get([]) ?? [0];
  return value;
}
