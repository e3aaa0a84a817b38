import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, link, lstat, open, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  type BackgroundFetchRecord,
  prefixLength,
  type Realm,
  recordObjectOf,
  type SettledRecord,
  type StoredRecord,
} from '@background-fetch/core';
import { irreplaceableAt } from './special-file.ts';
import { syncFolder } from './storage/body-files.ts';
import { toStoreError } from './storage/errors.ts';
import type { LentBody } from './storage/lend-body.ts';
import { NodeStore } from './storage/node-store.ts';
import { SharedSync } from './storage/shared-sync.ts';

export interface SaveOptions {
  /** Whether a file of that name may be replaced. */
  readonly overwrite?: boolean;
}

/** There is a file of that name that was not to be replaced, or something that never is. */
export class FileExistsError extends Error {
  override readonly name = 'FileExistsError';
  readonly code = 'EEXIST';
}

/** What a file system says that can't give a file a second name, or not there. */
const cannotLink = new Set([
  'EXDEV',
  'EPERM',
  'EACCES',
  'EMLINK',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EINVAL',
]);

/**
 * Saves the response body of a record as a file, waiting until it is complete. Nothing takes the place of a directory,
 * a device, a pipe or a socket. Under its name the file is there as a
 * whole, on stable storage, or not at all. On the file system of the store nothing is copied: the file is the one the
 * store has, and stays when the store forgets the record. Changing it in place makes the record unreadable, though.
 * @throws TypeError if there is no response, or not one with a status from 200 to 299; AbortError (DOMException) if the
 * fetch was aborted; InvalidStateError (DOMException) if the record was released; FileExistsError; QuotaExceededError
 * (DOMException) if there is no room; StoreError with `cause` for anything else
 */
export async function saveRecord(
  record: BackgroundFetchRecord,
  path: string,
  { overwrite = false }: SaveOptions = {},
): Promise<void> {
  const { realm, hold } = recordObjectOf(record);
  const { store } = realm.ports;
  if (!(store instanceof NodeStore)) throw new TypeError('The record is not one of this package');
  let saved = false;
  try {
    await hold.read(() => save(record, store, resolve(path), overwrite));
    saved = true;
  } finally {
    // who has the file has no need of the store's
    hold.lastFor(saved ? 0 : 1);
  }
}

async function save(
  record: BackgroundFetchRecord,
  store: NodeStore,
  target: string,
  overwrite: boolean,
): Promise<void> {
  const { realm, record: stored } = recordObjectOf(record);
  const settled = isSaveable(stored)
    ? stored
    : await waitForResponse(record, realm, stored, target, overwrite);
  const data = settled.responseData;
  const status = data?.head.status ?? 0;
  if (!data || settled.result !== 'success') {
    throw new TypeError(
      `${stored.request.url} was not saved: its fetch ended with ${settled.result} (${status})`,
    );
  }
  const { fetch, index } = stored;
  const body = await store.lendBody({ fetch, index, body: data.body }, prefixLength(data.stored));
  if (!body) throw released();
  await saveBody(store, body, target, overwrite).catch(async (error) => {
    if (error instanceof FileExistsError) throw error;
    throw error.code === 'EEXIST'
      ? await exists(target, error)
      : toStoreError(`Saving ${target}`, error, dirname(target));
  });
}

/** Whether nothing has to be waited for, and there is something to be found in the store. */
function isSaveable(record: StoredRecord): record is SettledRecord {
  if (record.state !== 'settled' || record.result !== 'success') return false;
  return prefixLength(record.responseData?.stored ?? []) > 0;
}

async function waitForResponse(
  record: BackgroundFetchRecord,
  realm: Realm,
  stored: StoredRecord,
  target: string,
  overwrite: boolean,
): Promise<SettledRecord> {
  // better now than after a long wait
  await requireReplaceable(target, overwrite);
  // rejects with the reason if there will be no response
  await record.responseReady;
  return await waitUntilSettled(realm, stored);
}

async function waitUntilSettled(realm: Realm, { fetch, index }: StoredRecord): Promise<SettledRecord> {
  for (;;) {
    const { records, changed } = realm.watch(fetch);
    const record = (await records)[index];
    if (!record) throw released();
    if (record.state === 'settled') return record;
    await changed;
  }
}

async function saveBody(store: NodeStore, body: LentBody, target: string, overwrite: boolean): Promise<void> {
  // without leave to overwrite, the system itself refuses whatever is there
  if (overwrite) await requireReplaceable(target, overwrite);
  const shared =
    body.kind === 'file' && !body.elsewhere && (await shareFile(store, body.path, target, overwrite));
  if (!shared) await saveCopy(body, target, overwrite);
  await syncSavedName(dirname(target));
}

async function saveCopy(body: LentBody, target: string, overwrite: boolean): Promise<void> {
  const temporary = join(dirname(target), temporaryName(basename(target)));
  try {
    if (body.kind === 'bytes') await writeFile(temporary, body.bytes, { flag: 'wx', flush: true });
    else await copyWhole(body.path, temporary);
    await publish(temporary, target, overwrite);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

/** Where the file system can share the bytes of two files, nothing is copied either. */
async function copyWhole(path: string, copy: string): Promise<void> {
  await copyFile(path, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await chmod(copy, savedMode());
  await syncFile(copy);
}

const processName = randomBytes(6).toString('hex');
let temporaryNames = 0;

/** A name that nobody else takes. */
function temporaryName(name: string): string {
  return `.${name.slice(0, 100)}.${processName}${(++temporaryNames).toString(36)}`;
}

/** The syncs of folders that are under way or asked for. */
const folderSyncs = new Map<string, SharedSync>();

/** Many files are saved into one folder as a rule: they share its syncs. */
async function syncSavedName(folder: string): Promise<void> {
  const shared = folderSyncs.get(folder) ?? new SharedSync(() => syncFolder(folder));
  folderSyncs.set(folder, shared);
  try {
    await shared.request();
  } finally {
    if (!shared.pending) folderSyncs.delete(folder);
  }
}

/** Gives the store's file a second name. Resolves with false where that is not possible. */
async function shareFile(
  store: NodeStore,
  path: string,
  target: string,
  overwrite: boolean,
): Promise<boolean> {
  // renamed from within the store, so that a crash leaves no second name in somebody else's folder
  const temporary = overwrite ? store.temporaryPath() : null;
  try {
    await chmod(path, savedMode());
    await syncFile(path);
    await link(path, temporary ?? target);
    if (temporary) await rename(temporary, target);
    return true;
  } catch (error) {
    if (cannotLink.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  } finally {
    if (temporary) await rm(temporary, { force: true });
  }
}

/** Gives a finished file its name, at once and as a whole. */
async function publish(temporary: string, target: string, overwrite: boolean): Promise<void> {
  if (overwrite) return await rename(temporary, target);
  try {
    // unlike a rename it fails if there is a file of that name, even one that came a moment ago
    await link(temporary, target);
  } catch (error) {
    if (!cannotLink.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return await claimAndRename(temporary, target);
  }
  await unlink(temporary);
}

/** For file systems without hard links: the name is taken by an empty file, which is replaced. */
async function claimAndRename(temporary: string, target: string): Promise<void> {
  await (await open(target, 'wx')).close();
  try {
    await rename(temporary, target);
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
}

async function requireReplaceable(target: string, overwrite: boolean): Promise<void> {
  const isTaken = overwrite ? irreplaceableAt(target) : lstat(target);
  if (await isTaken.catch(() => null)) throw await exists(target);
}

async function exists(target: string, cause?: unknown): Promise<FileExistsError> {
  const there = await irreplaceableAt(target).catch(() => null);
  return new FileExistsError(
    there
      ? `${target} is ${there}, which is never replaced: choose another name`
      : `${target} exists already: choose another name, or allow it to be overwritten`,
    cause === undefined ? {} : { cause },
  );
}

/** The store's files are for its owner only; a saved one is what any other new file would be. */
function savedMode(): number {
  return 0o666 & ~process.umask();
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function released(): DOMException {
  return new DOMException(
    'The records of this background fetch are no longer available: save them before the promises given to ' +
      'waitUntil() of its event settle',
    'InvalidStateError',
  );
}
