import { type StoredBackgroundFetch, schemaVersion } from '@background-fetch/core';
import { assert } from 'chai';
import { rejection, type TestFramework } from '../framework.ts';
import { sampleFetch, sampleRecord, sampleSnapshot } from '../samples.ts';
import type { StoreFixture } from './store-under-test.ts';

/** Ids that naive keys and objects confuse. */
const awkwardIds = [
  '',
  ' ',
  '__proto__',
  'constructor',
  '0',
  'a,b',
  '["a"]',
  '\0',
  '\ud800',
  '\udc00',
  '\ufffd',
  '\u{1f600}',
  'é',
  'e\u0301',
];

export function describeRows({ describe, it }: TestFramework, fixture: () => StoreFixture): void {
  async function put(...fetches: StoredBackgroundFetch[]): Promise<void> {
    await fixture().store.write(async (transaction) => {
      for (const fetch of fetches) transaction.putFetch(fetch);
    });
  }
  async function keysOf(registration?: string): Promise<string[]> {
    const fetches = await fixture().store.read((transaction) => transaction.listFetches(registration));
    return fetches.map(({ key }) => key);
  }

  describe('background fetches', () => {
    it('are read as they were put', async () => {
      const fetch = sampleFetch();
      await put(fetch);
      const stored = await fixture().store.read((transaction) => transaction.getFetch('fetch-1'));
      assert.deepEqual(stored, fetch);
      assert.notEqual(stored, fetch);
    });

    it('leave an ending behind, where the store keeps any, each of those that have one key in turn', async () => {
      const { store } = fixture();
      const ending = sampleSnapshot({ result: 'success', recordsAvailable: false });
      const before = sampleSnapshot({ result: 'failure', recordsAvailable: false, order: 0 });
      const keeps = await store.write(async (transaction) => {
        transaction.putFetch(sampleFetch());
        transaction.putEnding?.(before);
        transaction.putEnding?.(ending);
        return transaction.putEnding !== undefined;
      });
      await store.write(async (transaction) => transaction.deleteFetch('fetch-1'));
      const look = (key: string, order: number) =>
        store.read(async (transaction) => await transaction.getEnding?.(key, order));
      if (keeps) assert.deepInclude(await look('fetch-1', 1), ending);
      if (keeps) assert.deepInclude(await look('fetch-1', 0), before);
      assert.isUndefined(await look('fetch-1', 2));
      assert.isUndefined(await look('fetch-2', 1));
    });

    it('that were never put are undefined', async () => {
      const { store } = fixture();
      assert.isUndefined(await store.read((transaction) => transaction.getFetch('fetch-1')));
    });

    it('do not change with the object that was put', async () => {
      const icons = [{ src: 'https://app.test/a.png' }];
      await fixture().store.write(async (transaction) => {
        transaction.putFetch(sampleFetch({ icons }));
        icons.push({ src: 'https://app.test/b.png' });
      });
      const stored = await fixture().store.read((transaction) => transaction.getFetch('fetch-1'));
      assert.deepEqual(stored?.icons, [{ src: 'https://app.test/a.png' }]);
    });

    it('are listed in order of creation, whatever their keys', async () => {
      await put(
        sampleFetch({ key: 'a', order: 10 }),
        sampleFetch({ key: 'b', order: 9 }),
        sampleFetch({ key: 'c', order: 2 }),
      );
      assert.deepEqual(await keysOf(), ['c', 'b', 'a']);
      assert.deepEqual(await keysOf('https://app.test/ 1'), ['c', 'b', 'a']);
    });

    it('are listed for their own registration, or for all', async () => {
      await put(
        sampleFetch({ key: 'a', order: 1, registration: 'https://app.test/ 1' }),
        sampleFetch({ key: 'b', order: 2, registration: 'https://app.test/ 2' }),
        sampleFetch({ key: 'c', order: 3, registration: 'https://app.test/sub/ 1' }),
      );
      assert.deepEqual(await keysOf('https://app.test/ 1'), ['a']);
      assert.deepEqual(await keysOf('https://app.test/ 2'), ['b']);
      assert.deepEqual(await keysOf('https://app.test/ 3'), []);
      assert.deepEqual(await keysOf(''), []);
      assert.deepEqual(await keysOf(), ['a', 'b', 'c']);
    });

    it('are found by id within their registration, settled ones too, in order', async () => {
      const owed = { state: 'event-owed', result: 'success', deliveries: 1, lastDelivery: 5 } as const;
      await put(
        sampleFetch({ key: 'a', order: 3 }),
        sampleFetch({ key: 'b', order: 2, ...owed }),
        sampleFetch({ key: 'c', order: 1, id: 'other' }),
        sampleFetch({ key: 'd', order: 0, registration: 'https://app.test/ 2' }),
      );
      const found = await fixture().store.read((transaction) =>
        transaction.findFetches('https://app.test/ 1', 'film'),
      );
      assert.deepEqual(
        found.map(({ key }) => key),
        ['b', 'a'],
      );
    });

    it('may have any text as id and registration', async () => {
      await put(...awkwardIds.map((id, order) => sampleFetch({ key: `key-${order}`, order, id })));
      await put(
        ...awkwardIds.map((registration, i) =>
          sampleFetch({ key: `registration-${i}`, order: 100 + i, registration, id: 'x' }),
        ),
      );
      for (const [i, id] of awkwardIds.entries()) {
        const found = await fixture().store.read((transaction) =>
          transaction.findFetches('https://app.test/ 1', id),
        );
        assert.deepEqual(
          found.map(({ key, id }) => [key, id]),
          [[`key-${i}`, id]],
        );
        assert.deepEqual(await keysOf(id), [`registration-${i}`]);
      }
    });

    it('of a newer schema are refused and left alone', async () => {
      const { store } = fixture();
      const newer = sampleFetch({ schema: schemaVersion + 1 });
      await put(newer);
      const errors = await Promise.all([
        rejection(store.read((transaction) => transaction.getFetch('fetch-1'))),
        rejection(store.read((transaction) => transaction.listFetches())),
        rejection(
          store.write(async (transaction) => {
            for (const { key } of await transaction.findFetches(newer.registration, newer.id)) {
              transaction.deleteFetch(key);
            }
          }),
        ),
        rejection(store.read((transaction) => transaction.getFetch('fetch-1'))),
      ]);
      for (const error of errors) assert.equal((error as Error).name, 'NewerSchemaError');
    });
  });

  describe('records', () => {
    it('are read as they were put', async () => {
      const record = sampleRecord({ index: 3, uploaded: 12 });
      await fixture().store.write(async (transaction) => transaction.putRecord(record));
      const [found, missing] = await fixture().store.read((transaction) =>
        Promise.all([transaction.getRecord('fetch-1', 3), transaction.getRecord('fetch-1', 2)]),
      );
      assert.deepEqual(found, record);
      assert.isUndefined(missing);
    });

    it('are listed in order of index, those of their own fetch only', async () => {
      const { store } = fixture();
      await store.write(async (transaction) => {
        for (const index of [10, 9, 100, 0, 1]) transaction.putRecord(sampleRecord({ index }));
        for (const fetch of ['fetch-', 'fetch-10', 'fetch-1\0', 'fetch-1,0']) {
          transaction.putRecord(sampleRecord({ fetch, index: 5 }));
        }
      });
      const records = await store.read((transaction) => transaction.listRecords('fetch-1'));
      assert.deepEqual(
        records.map(({ index }) => index),
        [0, 1, 9, 10, 100],
      );
    });

    it('are found by the URLs of their requests, fragments left out', async () => {
      const { store } = fixture();
      const urls = ['/a', '/b', '/a#x', '/a?q', '/aa'].map((path) => `https://app.test${path}`);
      await store.write(async (transaction) => {
        for (const [index, url] of urls.entries()) {
          transaction.putRecord(sampleRecord({ index, request: { ...sampleRecord().request, url } }));
        }
      });
      const find = (url?: string) => store.read((transaction) => transaction.listRecords('fetch-1', url));
      const all = await find();
      assert.deepEqual(
        all.map(({ request }) => request.url),
        urls,
      );
      const wanted = (await find('https://app.test/a')).filter(
        ({ request }) => request.url.split('#')[0] === 'https://app.test/a',
      );
      assert.deepEqual(
        wanted.map(({ index }) => index),
        [0, 2],
      );
      // a store may give more, and nothing that it did not keep
      for (const record of await find('https://app.test/none')) assert.ok(urls.includes(record.request.url));
    });

    it('of a newer schema are refused', async () => {
      const { store } = fixture();
      await store.write(async (transaction) =>
        transaction.putRecord(sampleRecord({ schema: schemaVersion + 1 })),
      );
      const errors = [
        await rejection(store.read((transaction) => transaction.getRecord('fetch-1', 0))),
        await rejection(store.read((transaction) => transaction.listRecords('fetch-1'))),
      ];
      for (const error of errors) assert.equal((error as Error).name, 'NewerSchemaError');
    });
  });

  describe('generations and orders', () => {
    it('keep the last generation of each scope', async () => {
      const { store } = fixture();
      const scopes = ['https://app.test/', 'https://app.test/sub/', 'order', 'probe', '__proto__'];
      await store.write(async (transaction) => {
        for (const scope of scopes) transaction.putGeneration(scope, 'old');
        for (const scope of scopes) transaction.putGeneration(scope, `of ${scope}`);
      });
      for (const scope of scopes) {
        const generation = await store.read((transaction) => transaction.getGeneration(scope));
        assert.equal(generation, `of ${scope}`);
      }
    });

    it('know no generation of a scope never seen', async () => {
      const { store } = fixture();
      const generation = await store.read((transaction) => transaction.getGeneration('order'));
      assert.isUndefined(generation);
    });

    it('give greater orders each time, within a transaction and across contexts', async () => {
      const { place, store } = fixture();
      const draw = (from: typeof store) =>
        from.write((transaction) =>
          Promise.all([transaction.nextOrder(), transaction.nextOrder(), transaction.nextOrder()]),
        );
      const other = place.open();
      const orders = [...(await draw(store)), ...(await draw(other)), ...(await draw(store))];
      await place.close(other);
      for (const [i, order] of orders.slice(1).entries()) assert.isAbove(order, orders[i] ?? 0);
    });

    it('give greater orders after the newest fetch was deleted', async () => {
      const { store } = fixture();
      const first = await store.write(async (transaction) => {
        const order = await transaction.nextOrder();
        transaction.putFetch(sampleFetch({ order }));
        return order;
      });
      await store.write(async (transaction) => transaction.deleteFetch('fetch-1'));
      assert.isAbove(await store.write((transaction) => transaction.nextOrder()), first);
    });
  });
}
