import type {
  BackgroundFetchSnapshot,
  HostBytes,
  RegistrationKey,
  Store,
  StoreTransaction,
} from '@background-fetch/core';
import { isChromium, isFirefox } from '../shared/browser.ts';
import { databaseName as usualName } from '../shared/names.ts';
import { findPrefix, joinParts, moveBytes } from './bytes.ts';
import { keep, known, openClientStore, viewTransaction, type WebClientStore, write } from './client-store.ts';
import { type Ask, Database } from './database.ts';
import { mendBodies } from './mend.ts';
import { ending, keysBelow, type Rows, worker } from './schema.ts';

/** The options of `openIndexedDbStore()`. */
export interface IndexedDbStoreOptions {
  /** The usual one if none is given. */
  databaseName?: string;
}

/** The store of an engine in a service worker, with what it does beyond the port. */
export interface IndexedDbStore extends Store, Pick<WebClientStore, 'hasWorker'> {
  /** Bytes as `putBytes` takes them. */
  keep(bytes: Blob): Promise<HostBytes>;
  /** See `EnginePorts.mend`. */
  mend(registration: RegistrationKey): Promise<void>;
  /** Forgets the endings that were put before then, in ms since the epoch. */
  forgetEndings(before: number): Promise<void>;
  /**
   * Remembers that the worker with this script, which is installed for this scope, runs an engine. What was remembered of
   * others of the scope is forgotten, but for the active one.
   */
  noteWorker(scope: string, script: string, active: string | undefined): Promise<void>;
  close(): void;
}

interface Ending extends BackgroundFetchSnapshot {
  /** The time at which the ending was put, in ms since the epoch. */
  readonly at: number;
}

/** bytes of memory that are given up at once; at as many, Chromium's collector begins */
const weight = 64 * 2 ** 20;

/**
 * Makes Chromium's collector come by, as the files of deleted rows stay until the Blobs that were read from them are
 * collected:
 * docs/discoveries.md#chromium-memory-and-files-of-blobs
 */
function collectBlobs(): void {
  try {
    for (let i = 0; i < 2; i++) new ArrayBuffer(weight);
  } catch {
    // where there is not as much memory, the collector comes by itself
  }
}

/** The engine's view of a transaction. */
function viewAll(ask: Ask, blobs: boolean): StoreTransaction {
  return {
    ...viewTransaction(ask),
    getRecord: async (fetch, index) =>
      known(await ask<Rows['records']>('records', (store) => store.get([fetch, index]))),
    putBytes({ fetch, index, body }, offset, parts) {
      const chunk = joinParts(parts, blobs);
      if (chunk) write(ask, 'bytes', (store) => store.put(chunk, [fetch, index, body, offset]));
    },
    moveBytes: (from, to) => moveBytes(ask, from, to),
    putEnding: (snapshot) =>
      write(ask, 'meta', (store) =>
        store.put({ ...snapshot, at: Date.now() }, [ending, snapshot.key, snapshot.order]),
      ),
  };
}

async function forgetEndings(ask: Ask, before: number): Promise<void> {
  const [keys, endings] = await Promise.all([
    ask('meta', (store) => store.getAllKeys(keysBelow(ending))),
    ask<Ending[]>('meta', (store) => store.getAll(keysBelow(ending))),
  ]);
  for (const [i, { at }] of endings.entries()) {
    if (at < before) write(ask, 'meta', (store) => store.delete(keys[i] as IDBValidKey));
  }
}

async function noteWorker(
  ask: Ask,
  scope: string,
  script: string,
  active: string | undefined,
): Promise<void> {
  for (const key of await ask('meta', (store) => store.getAllKeys(keysBelow(worker, scope)))) {
    const [, , known] = key as string[];
    if (known !== active) write(ask, 'meta', (store) => store.delete(key));
  }
  write(ask, 'meta', (store) => store.put(true, [worker, scope, script]));
}

/**
 * The store in this origin's IndexedDB, as the engine needs it. Nothing is opened before the first call; a call after
 * `close()` opens it again.
 */
export function openIndexedDbStore({ databaseName = usualName }: IndexedDbStoreOptions = {}): IndexedDbStore {
  const database = new Database(databaseName);
  return {
    ...openClientStore(database),
    read: (work) => database.transact('read', (ask) => work(viewAll(ask, false))),
    async write(work) {
      const blobs = await database.takesBlobs();
      let deletes = false;
      const result = await database.transact('write', (ask) => {
        const { deleteFetch, ...view } = viewAll(ask, blobs);
        return work({
          ...view,
          deleteFetch(key) {
            deletes = true;
            deleteFetch(key);
          },
        });
      });
      if (deletes && isChromium()) setTimeout(collectBlobs);
      return result;
    },
    async readBody(body, length, type) {
      const parts = await database.transact('read', (ask) => findPrefix(ask, body, length));
      return parts && new Blob(parts, { type });
    },
    // WebKit deletes the file with the row: docs/discoveries.md#webkit-a-blob-whose-row-was-deleted
    get blobsOutlast() {
      return isChromium() || isFirefox();
    },
    keep: (bytes) => keep(database, bytes),
    async mend(registration) {
      // elsewhere no row is without its file: docs/discoveries.md#webkit-a-row-without-its-file
      if (!isChromium() && !isFirefox()) await mendBodies(database, registration);
    },
    forgetEndings: (before) => database.transact('write', (ask) => forgetEndings(ask, before)),
    noteWorker: (scope, script, active) =>
      database.transact('write', (ask) => noteWorker(ask, scope, script, active)),
    close: () => database.close(),
  };
}
