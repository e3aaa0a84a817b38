import type { Store } from '@background-fetch/core';
import { assert } from 'chai';
import { rejection, type TestFramework } from '../framework.ts';
import { sampleBytes, sampleFetch, sampleRecord } from '../samples.ts';
import { type StoreFixture, sampleBody } from './store-under-test.ts';

async function addOneToTitle(store: Store): Promise<void> {
  await store.write(async (transaction) => {
    const fetch = await transaction.getFetch('fetch-1');
    if (fetch) transaction.putFetch({ ...fetch, title: String(Number(fetch.title) + 1) });
  });
}

/** The two rows that these tests always write together. */
async function writeBoth(store: Store, title: string): Promise<void> {
  await store.write(async (transaction) => {
    transaction.putFetch(sampleFetch({ title }));
    await transaction.getFetch('fetch-1');
    transaction.putRecord(sampleRecord({ uploaded: Number(title) }));
  });
}

async function readBoth(store: Store): Promise<[title: string | undefined, uploaded: number | undefined]> {
  return store.read(async (transaction) => {
    const fetch = await transaction.getFetch('fetch-1');
    const record = await transaction.getRecord('fetch-1', 0);
    return [fetch?.title, record?.uploaded];
  });
}

export function describeTransactions({ describe, it }: TestFramework, fixture: () => StoreFixture): void {
  describe('transactions', () => {
    it('resolve with what the work returned', async () => {
      assert.equal(await fixture().store.read(async () => 7), 7);
      assert.equal(await fixture().store.write(async () => 'seven'), 'seven');
    });

    it('see their own writes', async () => {
      const title = await fixture().store.write(async (transaction) => {
        transaction.putFetch(sampleFetch({ title: 'one' }));
        transaction.putFetch(sampleFetch({ title: 'two' }));
        return (await transaction.getFetch('fetch-1'))?.title;
      });
      assert.equal(title, 'two');
    });

    it('see their own deletions', async () => {
      const { store } = fixture();
      await writeBoth(store, '1');
      const left = await store.write(async (transaction) => {
        transaction.deleteFetch('fetch-1');
        return [await transaction.getFetch('fetch-1'), await transaction.getRecord('fetch-1', 0)];
      });
      assert.deepEqual(left, [undefined, undefined]);
    });

    it('keep the order of a deletion and a write after it', async () => {
      const { store } = fixture();
      await writeBoth(store, '1');
      await store.write(async (transaction) => {
        transaction.deleteFetch('fetch-1');
        transaction.putFetch(sampleFetch({ title: 'new' }));
      });
      assert.deepEqual(await readBoth(store), ['new', undefined]);
    });

    it('pass on what the work throws', async () => {
      const thrown = new Error('changed my mind');
      for (const mode of ['read', 'write'] as const) {
        const work = async () => {
          throw thrown;
        };
        assert.equal(await rejection(fixture().store[mode](work)), thrown);
      }
    });

    it('write nothing if the work throws, at once or later', async () => {
      const { store } = fixture();
      await rejection(
        store.write(async (transaction) => {
          transaction.putFetch(sampleFetch());
          throw new Error('at once');
        }),
      );
      await rejection(
        store.write(async (transaction) => {
          transaction.putFetch(sampleFetch());
          transaction.putBytes(sampleBody, 0, [sampleBytes(0, 10)]);
          await transaction.getFetch('fetch-1');
          throw new Error('later');
        }),
      );
      assert.deepEqual(await readBoth(store), [undefined, undefined]);
      assert.isNull(await store.readBytes(sampleBody, 0, 10));
    });

    it('bring back what a failed one deleted', async () => {
      const { store } = fixture();
      await writeBoth(store, '1');
      await rejection(
        store.write(async (transaction) => {
          transaction.deleteFetch('fetch-1');
          await transaction.getFetch('fetch-1');
          throw new Error('changed my mind');
        }),
      );
      assert.deepEqual(await readBoth(store), ['1', 1]);
    });

    it('go on after one that failed', async () => {
      const { store } = fixture();
      const failed = rejection(
        store.write(async () => {
          throw new Error('failed');
        }),
      );
      await writeBoth(store, '2');
      await failed;
      assert.deepEqual(await readBoth(store), ['2', 2]);
    });

    it('lose no update when many change one row at the same time', async () => {
      const { place, store } = fixture();
      const other = place.open();
      await store.write(async (transaction) => transaction.putFetch(sampleFetch({ title: '0' })));
      await Promise.all(Array.from({ length: 20 }, (_, i) => addOneToTitle(i % 2 ? store : other)));
      assert.equal((await readBoth(store))[0], '20');
      await place.close(other);
    });

    it('that run at the same time fail alone', async () => {
      const { place, store } = fixture();
      const other = place.open();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12 }, (_, i) =>
          (i % 2 ? store : other).write(async (transaction) => {
            transaction.putFetch(sampleFetch({ key: `fetch-${i}`, order: i }));
            await transaction.getFetch('fetch-0');
            if (i % 3 === 1) throw new Error('changed my mind');
          }),
        ),
      );
      assert.lengthOf(
        outcomes.filter(({ status }) => status === 'rejected'),
        4,
      );
      const fetches = await store.read((transaction) => transaction.listFetches());
      assert.deepEqual(
        fetches.map(({ order }) => order),
        [0, 2, 3, 5, 6, 8, 9, 11],
      );
      await place.close(other);
    });

    it('that each write one of the rows they both read come one after the other', async () => {
      const { place, store } = fixture();
      const other = place.open();
      for (let round = 0; round < 5; round++) {
        await store.write(async (transaction) => {
          for (const key of ['a', 'b']) transaction.putFetch(sampleFetch({ key, title: 'free' }));
        });
        const take = (from: Store, key: string) =>
          from.write(async (transaction) => {
            const titles = [await transaction.getFetch('a'), await transaction.getFetch('b')];
            if (titles.every((fetch) => fetch?.title === 'free')) {
              transaction.putFetch(sampleFetch({ key, title: 'taken' }));
            }
          });
        await Promise.all([take(store, 'a'), take(other, 'b')]);
        const fetches = await store.read((transaction) => transaction.listFetches());
        assert.lengthOf(
          fetches.filter(({ title }) => title === 'taken'),
          1,
        );
      }
      await place.close(other);
    });

    it('show other contexts all of a write or nothing', async () => {
      const { place, store } = fixture();
      const other = place.open();
      const seen: [string | undefined, number | undefined][] = [];
      await Promise.all(
        Array.from({ length: 10 }, async (_, i) => {
          await Promise.all([writeBoth(store, String(i)), readBoth(other).then((both) => seen.push(both))]);
        }),
      );
      for (const [title, uploaded] of seen) assert.equal(title, uploaded?.toString());
      await place.close(other);
    });

    it('are seen by other contexts as soon as they resolved', async () => {
      const { place, store } = fixture();
      const other = place.open();
      for (const title of ['1', '2', '3']) {
        await writeBoth(store, title);
        assert.deepEqual(await readBoth(other), [title, Number(title)]);
      }
      await place.close(other);
    });

    it('are kept when their context is closed', async () => {
      const { place, store } = fixture();
      await writeBoth(store, '5');
      await place.close(store);
      const next = place.open();
      assert.deepEqual(await readBoth(next), ['5', 5]);
      await place.close(next);
    });

    it('fail with a StoreError and write nothing if a row can not be stored', async () => {
      const { store } = fixture();
      const unstorable = { ...sampleFetch({ key: 'other' }), title: (() => {}) as unknown as string };
      const error = await rejection(
        store.write(async (transaction) => {
          transaction.putFetch(sampleFetch());
          transaction.putFetch(unstorable);
        }),
      );
      assert.equal((error as Error).name, 'StoreError');
      assert.instanceOf((error as Error).cause, Error);
      assert.deepEqual(await readBoth(store), [undefined, undefined]);
    });
  });
}

/** For places where a failure can be arranged. */
export function describeFailures({ describe, it }: TestFramework, fixture: () => StoreFixture): void {
  describe('failures', () => {
    it('for lack of space are a QuotaExceededError, and nothing is written', async () => {
      const { place, store } = fixture();
      place.failNextWrite?.(store, 'quota');
      const error = await rejection(writeBoth(store, '1'));
      assert.instanceOf(error, DOMException);
      assert.equal((error as DOMException).name, 'QuotaExceededError');
      assert.deepEqual(await readBoth(store), [undefined, undefined]);
    });

    it('of any other kind are a StoreError with a cause, and nothing is written', async () => {
      const { place, store } = fixture();
      place.failNextWrite?.(store, 'io');
      const error = await rejection(writeBoth(store, '1'));
      assert.equal((error as Error).name, 'StoreError');
      assert.isDefined((error as Error).cause);
      assert.deepEqual(await readBoth(store), [undefined, undefined]);
    });

    it('do not stand in the way of the next write', async () => {
      const { place, store } = fixture();
      place.failNextWrite?.(store, 'io');
      await rejection(writeBoth(store, '1'));
      await writeBoth(store, '2');
      assert.deepEqual(await readBoth(store), ['2', 2]);
    });
  });
}
