import { databaseName as database } from '../../../../../packages/web/src/shared/names.ts';
import { newUpload, release, released, serverSaw, stalled, start } from '../../suites/behaviour/given.ts';
import { progressed, settled } from '../../support/fetched.ts';
import type { TestScope } from '../../support/scope.ts';
import type { Download, Outcome } from '../download.ts';
import { observe, outcomeOf, resourceOf } from '../observe.ts';

const plain: Download = {};
const stalling: Download = { parameters: { attempts: 'stall:150000+cut:150000|ok' } };

export const storageProcedures = {
  refuseFirstBytes: (scope: TestScope) =>
    refuseWrites(scope, 'bytes', { first: 1, last: Number.MAX_SAFE_INTEGER }),
  refuseMiddleBytes: (scope: TestScope) =>
    refuseWrites(scope, 'bytes', { first: 2, last: Number.MAX_SAFE_INTEGER }),
  refuseCheckpoint: (scope: TestScope) => refuseWrites(scope, 'records', { first: 2, last: 2 }),
  refuseSettling: (scope: TestScope) =>
    refuseWrites(scope, 'fetches', { first: 1, last: 1 }, '"result":"success"'),

  async blockDatabase(scope: TestScope): Promise<Outcome> {
    const file = resourceOf(stalling);
    const registration = await start(scope, file.url);
    await stalled(file);
    const upgrade = await beginUpgrade();
    await release(file);
    await serverSaw(file, ([first]) => first?.finished != null);
    await upgrade.giveUp();
    return await outcomeOf(await settled(registration), file);
  },

  async deleteDatabase(scope: TestScope): Promise<Outcome> {
    const file = resourceOf(stalling);
    const registration = await start(scope, file.url);
    await stalled(file);
    await deleteDatabase();
    await release(file);
    const ids = await scope.backgroundFetch.getIds();
    const next = await observe(scope, plain);
    await released(registration);
    const known = ids.includes(registration.id) ? 'remembered' : 'forgotten';
    return `${known}; in the same registration: ${next}`;
  },

  /** A body takes its time to be read, and what was looked up before may be gone by then. */
  async deleteDatabaseAtStart(scope: TestScope): Promise<Outcome> {
    const upload = newUpload({ hold: 1 });
    const { blob } = Request.prototype;
    Request.prototype.blob = async function () {
      Request.prototype.blob = blob;
      await deleteDatabase();
      return await blob.call(this);
    };
    const registration = await start(scope, new Request(upload.url, { method: 'POST', body: 'sent' }));
    const known = (await scope.backgroundFetch.getIds()).includes(registration.id);
    await release(upload);
    const { result } = await settled(registration);
    return `${known ? 'remembered' : 'forgotten'}: ${result}`;
  },
};

function deleteDatabase(): Promise<void> {
  return new Promise((resolve, reject) => {
    const deletion = indexedDB.deleteDatabase(database);
    deletion.onsuccess = () => resolve();
    deletion.onerror = () => reject(deletion.error);
  });
}

/**
 * The writes of such a row to an object store in the service worker, from the `first` to the `last`, are refused for
 * lack of room. There are two transfers, so that there is something in the middle.
 */
async function refuseWrites(
  scope: TestScope,
  store: string,
  writes: { first: number; last: number },
  row = '',
): Promise<Outcome> {
  await scope.run(
    (name, { first, last }, part) => {
      const put = IDBObjectStore.prototype.put;
      let puts = 0;
      IDBObjectStore.prototype.put = function (...args) {
        const counts = this.name === name && (part === '' || JSON.stringify(args[0]).includes(part));
        if (counts && ++puts >= first && puts <= last) {
          throw new DOMException('There is no room, on purpose', 'QuotaExceededError');
        }
        return put.apply(this, args);
      };
    },
    store,
    writes,
    row,
  );
  const file = resourceOf(stalling);
  const registration = await start(scope, file.url);
  await progressed(registration, ({ downloaded, result }) => downloaded === 150_000 || result !== '');
  if (registration.result === '') await release(file);
  return await outcomeOf(await settled(registration), file);
}

/** Another tab's upgrade of the database: nobody else can open it until it is given up. */
async function beginUpgrade(): Promise<{ giveUp(): Promise<void> }> {
  const opening = indexedDB.open(database, 1000);
  let goesOn = true;
  const begun = new Promise<void>((resolve) => {
    opening.onupgradeneeded = () => {
      const transaction = opening.transaction as IDBTransaction;
      const store = transaction.objectStore('meta');
      // A transaction that asks for nothing ends.
      const ask = (): void => {
        if (goesOn) store.count().onsuccess = ask;
        else transaction.abort();
      };
      ask();
      resolve();
    };
  });
  const ended = new Promise<void>((resolve) => {
    opening.onerror = (event) => {
      event.preventDefault();
      resolve();
    };
  });
  await begun;
  return {
    giveUp() {
      goesOn = false;
      return ended;
    },
  };
}
