import { chmod, lstat, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  copyName,
  irreplaceableAt,
  isAboutLinks,
  syncFile,
  syncFolder,
  WholeFile,
  type WholeSource,
} from '@background-fetch/common';
import {
  type BackgroundFetchRecord,
  type BodyKey,
  prefixLength,
  type Realm,
  readStoredBytes,
  recordObjectOf,
  type SettledRecord,
  type StoredRecord,
  StoreError,
} from '@background-fetch/core';
import type { EngineStore, LentBody } from './engine-store.ts';
import { FileExistsError } from './file-exists-error.ts';
import { toStoreError } from './storage/errors.ts';
import { SharedSync } from './storage/shared-sync.ts';

export interface SaveOptions {
  /** Whether a file of that name may be replaced. */
  readonly overwrite?: boolean;
}

/**
 * Saves the response body of a record as a file, waiting until it is complete. Nothing takes the place of a directory,
 * a device, a pipe or a socket. Under its name the file is there as a whole, on stable storage, or not at all (where the file
 * system has no hard links, an empty file is seen for an instant before it). On the file system of the store nothing is
 * copied: the file is the one the store has, and stays when the store forgets the record. Changing it in place makes the
 * record unreadable, though.
 * @throws TypeError for a path that can be no file's, if there is no response, or not one with a status from 200 to 299; AbortError (DOMException) if the
 * fetch was aborted; InvalidStateError (DOMException) if the record was released; FileExistsError; QuotaExceededError
 * (DOMException) if there is no room; StoreError with `cause` for anything else
 */
export async function saveRecord(
  record: BackgroundFetchRecord,
  path: string,
  options: SaveOptions = {},
): Promise<void> {
  const { overwrite = false } = options ?? {};
  if (typeof path !== 'string' || path.includes('\0') || path.endsWith('/') || basename(path) === '')
    throw new TypeError(`saveRecord() needs the path of a file, and got ${JSON.stringify(path)}`);
  const { realm, hold } = recordObjectOf(record);
  const store: EngineStore = realm.ports.store as EngineStore;
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
  store: EngineStore,
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
  const body = { fetch, index, body: data.body };
  // keys are random, and told to nobody outside of the store
  const copy = join(dirname(target), copyName(`${fetch}/${index}/${basename(target)}`));
  try {
    await inTurn(`${fetch}/${index}`, async () => {
      const source = await sourceOf(store, body, prefixLength(data.stored));
      await saveBody(new WholeFile(source, copy), target, overwrite);
    });
  } catch (error) {
    if (error instanceof FileExistsError || isReleased(error)) throw error;
    throw toStoreError(`Saving ${target}`, error, dirname(target));
  }
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

async function saveBody(whole: WholeFile, target: string, overwrite: boolean): Promise<void> {
  try {
    const isNamed = overwrite ? await whole.replace(target) : await whole.nameNew(target);
    if (!isNamed) throw await exists(target);
  } finally {
    await whole.removeCopy();
  }
  await syncSavedName(dirname(target));
}

/** Where the bytes of a settled body are. */
async function sourceOf(store: EngineStore, key: BodyKey, length: number): Promise<WholeSource> {
  if (!store.lendBody) return { kind: 'read', read: () => readStoredBytes(store, key, 0, length, released) };
  const body = await store.lendBody(key, length);
  if (!body) throw released();
  const size = body.kind === 'bytes' ? body.bytes.byteLength : (await stat(body.path)).size;
  if (size !== length) {
    throw new StoreError(`The store was asked for a body of ${length} bytes, and lendBody() gave ${size}`);
  }
  return body.kind === 'bytes' ? body : await sharedFile(body);
}

/** The store's file itself, where it may have another name. */
async function sharedFile({
  path,
  elsewhere,
  secondName,
}: LentBody & { readonly kind: 'file' }): Promise<WholeSource> {
  const copied = { kind: 'copied', path, mode: savedMode() } as const;
  if (elsewhere) return copied;
  try {
    await chmod(path, savedMode());
    await syncFile(path);
  } catch (error) {
    if (isAboutLinks(error)) return copied;
    throw error;
  }
  return { kind: 'shared', path, secondName };
}

/** The last save of each record. */
const saves = new Map<string, Promise<void>>();

/**
 * Saves of one record come one after the other: the second sees that the store's file has another name by then, and copies
 * it, so that no two files of the user's are one. Under one name they use one name for their copies, too, so that one that died is followed up.
 */
async function inTurn(record: string, save: () => Promise<void>): Promise<void> {
  const before = saves.get(record) ?? Promise.resolve();
  const turn = before.then(save, save);
  saves.set(record, turn);
  try {
    await turn;
  } finally {
    if (saves.get(record) === turn) saves.delete(record);
  }
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

async function requireReplaceable(target: string, overwrite: boolean): Promise<void> {
  const isTaken = overwrite ? irreplaceableAt(target) : lstat(target);
  if (await isTaken.catch(() => null)) throw await exists(target);
}

async function exists(target: string): Promise<FileExistsError> {
  const there = await irreplaceableAt(target).catch(() => null);
  return new FileExistsError(
    there
      ? `${target} is ${there}, which is never replaced: choose another name`
      : `${target} exists already: choose another name, or allow it to be overwritten`,
  );
}

/** The store's files are for its owner only; a saved one is what any other new file would be. */
function savedMode(): number {
  return 0o666 & ~process.umask();
}

function isReleased(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'InvalidStateError';
}

function released(): DOMException {
  return new DOMException(
    'The records of this background fetch are no longer available: save them before the promises given to ' +
      'waitUntil() of its event settle',
    'InvalidStateError',
  );
}
