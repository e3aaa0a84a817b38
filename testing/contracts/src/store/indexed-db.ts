import { NewerSchemaError, type Store } from '@background-fetch/core';
import { assert } from 'chai';
import { deleteDB, openDB, unwrap } from 'idb';
import { openIndexedDbStore } from '../../../../packages/web/src/storage/indexed-db-store.ts';
import { databaseVersion, makeStores } from '../../../../packages/web/src/storage/schema.ts';
import { rejection, type TestFramework } from '../framework.ts';
import { sampleBytes, sampleFetch, sampleSnapshot } from '../samples.ts';
import { assertSameBytes, putRanges, readRange, sampleBody } from './store-under-test.ts';

const databaseName = 'indexed-db-contract';

function titleOf(store: Store): Promise<string | undefined> {
  return store.read(async (transaction) => (await transaction.getFetch('fetch-1'))?.title);
}

/** Makes an empty database as the service worker does: where only that may make it, a page waits for it. */
export async function makeDatabase(name: string): Promise<void> {
  await deleteDB(name);
  const database = await openDB(name, databaseVersion, { upgrade: (made) => makeStores(unwrap(made)) });
  database.close();
}

/** What other contexts do to the database while a store is open. */
export function describeIndexedDb({ describe, it, beforeEach, afterEach }: TestFramework): void {
  describe('The IndexedDB store', () => {
    let store: ReturnType<typeof openIndexedDbStore>;
    beforeEach(async () => {
      await makeDatabase(databaseName);
      store = openIndexedDbStore({ databaseName });
    });
    afterEach(async () => {
      store.close();
      await deleteDB(databaseName);
    });
    const put = (title: string) =>
      store.write(async (transaction) => transaction.putFetch(sampleFetch({ title })));

    it('opens nothing before it is used', async () => {
      let blocked = false;
      await deleteDB(databaseName, { blocked: () => (blocked = true) });
      assert.isFalse(blocked);
      assert.isUndefined(await titleOf(store));
    });

    it('refuses a database of a newer version and leaves it alone', async () => {
      await deleteDB(databaseName);
      const newer = await openDB(databaseName, 1000, { upgrade: (db) => void db.createObjectStore('new') });
      newer.close();
      assert.instanceOf(await rejection(titleOf(store)), NewerSchemaError);
      assert.instanceOf(await rejection(put('written')), NewerSchemaError);
      const after = await openDB(databaseName);
      assert.equal(after.version, 1000);
      assert.deepEqual([...after.objectStoreNames], ['new']);
      after.close();
    });

    it('lets another context upgrade the database while it is open, and refuses it then', async () => {
      await put('mine');
      const newer = await openDB(databaseName, 1000);
      assert.instanceOf(await rejection(titleOf(store)), NewerSchemaError);
      newer.close();
    });

    it('works again after the database was deleted', async () => {
      await put('lost');
      await deleteDB(databaseName);
      assert.isUndefined(await titleOf(store));
      await put('kept');
      assert.equal(await titleOf(store), 'kept');
    });

    it('works again after the database was deleted in the middle of its writes', async () => {
      const outcomes = Array.from({ length: 10 }, (_, i) =>
        put(String(i)).then(
          () => null,
          (error) => error,
        ),
      );
      await deleteDB(databaseName);
      for (const error of await Promise.all(outcomes)) {
        if (error !== null) assert.equal((error as Error).name, 'StoreError');
      }
      await put('kept');
      assert.equal(await titleOf(store), 'kept');
    });

    it('works again after it was closed', async () => {
      await put('kept');
      store.close();
      assert.equal(await titleOf(store), 'kept');
    });

    it('reads a long chunk in calls of 4 MiB at most', async () => {
      const size = 5 * 1024 * 1024;
      await putRanges(store, sampleBody, [0, size]);
      assert.equal((await store.readBytes(sampleBody, 0, size))?.length, 4 * 1024 * 1024);
      assertSameBytes(await readRange(store, sampleBody, 0, size), sampleBytes(0, size));
    });

    it('forgets the endings that are old, and nothing else', async () => {
      await put('kept');
      await store.write(async (transaction) => {
        transaction.putGeneration('https://app.test/', 'first');
        transaction.putEnding?.(sampleSnapshot());
      });
      const look = () =>
        store.read(async (transaction) => [
          (await transaction.getEnding?.('fetch-1', 1))?.key,
          await transaction.getGeneration('https://app.test/'),
        ]);
      await store.forgetEndings(0);
      assert.deepEqual(await look(), ['fetch-1', 'first']);
      await store.forgetEndings(Number.MAX_SAFE_INTEGER);
      assert.deepEqual(await look(), [undefined, 'first']);
      assert.equal(await titleOf(store), 'kept');
    });

    it('forgets all endings with a generation', async () => {
      await store.write(async (transaction) => transaction.putEnding?.(sampleSnapshot()));
      await store.write(async (transaction) => transaction.putGeneration('https://app.test/', 'second'));
      const ending = await store.read((transaction) =>
        Promise.resolve(transaction.getEnding?.('fetch-1', 1)),
      );
      assert.isUndefined(ending);
    });

    it('reports work that waited for something else as a StoreError', async () => {
      const error = await rejection(
        store.write(async (transaction) => {
          await new Promise((resolve) => setTimeout(resolve, 50));
          transaction.putFetch(sampleFetch());
        }),
      );
      assert.equal((error as Error).name, 'StoreError');
    });
  });
}
