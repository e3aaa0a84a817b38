import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { syncFolder } from '@background-fetch/common';
import { BodyFiles } from './body-files.ts';
import { type Database, openDatabase } from './database.ts';
import { isMissing, toStoreError } from './errors.ts';
import { NodeStore, type StoreParts } from './node-store.ts';
import { prepareStatements } from './statements.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

/**
 * Opens the store in a directory, made where it is missing. One process at a time has it open: whoever opens it holds
 * the lock of the directory. What a crash left beyond the rows is removed.
 * @throws DamagedStoreError, NewerStoreError, StoreError; QuotaExceededError (DOMException) on a full disk
 */
export async function openStore(
  directory: string,
  { faults = () => {}, warn = () => {} }: Partial<Pick<StoreParts, 'faults' | 'warn'>> = {},
): Promise<NodeStore> {
  const path = resolve(directory);
  let database: Database | undefined;
  let log: WriteAheadLog | undefined;
  try {
    makeDirectories(path);
    database = openDatabase(path, isUnclean(path));
    if (database.isNew) setAside(join(path, 'bodies'));
    const files = new BodyFiles(path, faults);
    await removeLeftovers(database, files);
    await syncFolder(path);
    log = await WriteAheadLog.open(database.walPath, faults);
    return assemble({ directory: path, database, files, log, faults, warn });
  } catch (error) {
    await log?.close();
    database?.reader.close();
    database?.writer.close();
    throw toStoreError(`Opening the store in ${path}`, error, path);
  }
}

function assemble(parts: Omit<StoreParts, 'close'>): NodeStore {
  const { database } = parts;
  const close = async (): Promise<void> => {
    database.reader.close();
    try {
      // an empty log is the sign of a store that was closed
      database.writer.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // a full disk: all that was committed is in the log, which the next start reads
    }
    database.writer.close();
  };
  return new NodeStore({ ...parts, close });
}

/** Makes folders that only their owner may look into: there are credentials in requests and responses. */
function makeDirectories(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (!isMissing(error)) throw error;
    // where nothing can be written, the recursive form says that a folder is missing
    mkdirSync(path, { mode: 0o700 });
  }
  mkdirSync(join(path, 'bodies'), { recursive: true, mode: 0o700 });
  // the directory may have been there before, open to others; the log takes over the mode of the database
  closeSync(openSync(join(path, 'store.db'), 'a', 0o600));
}

/** Whether whoever had the store last did not close it. */
function isUnclean(path: string): boolean {
  const log = join(path, 'store.db-wal');
  return existsSync(log) && statSync(log).size > 0;
}

/** Bodies of a database that was moved away are not thrown away with it. */
function setAside(folder: string): void {
  if (readdirSync(folder).length === 0) return;
  let number = 1;
  while (existsSync(`${folder}.${number}`)) number++;
  renameSync(folder, `${folder}.${number}`);
  mkdirSync(folder, { mode: 0o700 });
}

async function removeLeftovers(database: Database, files: BodyFiles): Promise<void> {
  const reader = prepareStatements(database.reader);
  const known = new Set(reader.allFiles.all([]).map(([file]) => file));
  files.remove((await files.names()).filter((name) => !known.has(name)));
  for (const [file, end] of reader.growingFiles.all([])) {
    const size = await files.intactSize(file, null);
    if (size !== null && size > end) await files.cut(file, end);
  }
}
