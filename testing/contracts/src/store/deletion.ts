import { assert } from 'chai';
import type { TestFramework } from '../framework.ts';
import { sampleBytes, sampleFetch, sampleRecord } from '../samples.ts';
import { upload } from './request-bodies.ts';
import { assertSameBytes, putRanges, readRange, type StoreFixture, sampleBody } from './store-under-test.ts';

export function describeDeletion({ describe, it }: TestFramework, fixture: () => StoreFixture): void {
  async function fill(key: string): Promise<void> {
    const { store } = fixture();
    const requestBody = await store.takeRequestBody(upload('text'));
    await store.write(async (transaction) => {
      transaction.putFetch(sampleFetch({ key }));
      for (const index of [0, 1]) {
        transaction.putRecord(sampleRecord({ fetch: key, index }));
        transaction.putRequestBody(key, index, requestBody);
        for (const body of [0, 1]) transaction.putBytes({ fetch: key, index, body }, 0, [sampleBytes(0, 10)]);
      }
    });
  }
  async function countRows(key: string): Promise<number[]> {
    const { store } = fixture();
    const indexes = [0, 1];
    const rows = await store.read(async (transaction) => [
      (await transaction.getFetch(key)) ? 1 : 0,
      (await transaction.listRecords(key)).length,
    ]);
    const bodies = await Promise.all(indexes.map((index) => store.readRequestBody(key, index)));
    const bytes = await Promise.all(
      indexes.flatMap((index) => [0, 1].map((body) => store.readBytes({ fetch: key, index, body }, 0, 10))),
    );
    return [...rows, bodies.filter(Boolean).length, bytes.filter(Boolean).length];
  }

  describe('deletion', () => {
    it('of a fetch takes its records, request bodies and bytes, and nothing of others', async () => {
      const others = ['fetch-', 'fetch-10', 'fetch-1\0', 'fetch-0', ''];
      for (const key of ['fetch-1', ...others]) await fill(key);
      await fixture().store.write(async (transaction) => transaction.deleteFetch('fetch-1'));
      assert.deepEqual(await countRows('fetch-1'), [0, 0, 0, 0]);
      for (const key of others) assert.deepEqual(await countRows(key), [1, 2, 2, 4], JSON.stringify(key));
    });

    it('of a body takes its bytes only', async () => {
      await fill('fetch-1');
      const { store } = fixture();
      await store.write(async (transaction) => transaction.deleteBytes({ ...sampleBody, body: 1 }));
      assert.isNull(await store.readBytes({ ...sampleBody, body: 1 }, 0, 10));
      assert.deepEqual(await countRows('fetch-1'), [1, 2, 2, 3]);
    });

    it('of what is not there does nothing', async () => {
      await fill('fetch-1');
      await fixture().store.write(async (transaction) => {
        transaction.deleteFetch('fetch-2');
        transaction.deleteBytes({ ...sampleBody, body: 9 });
      });
      assert.deepEqual(await countRows('fetch-1'), [1, 2, 2, 4]);
    });

    it('makes room for other bytes at the same place, in the same transaction', async () => {
      const { store } = fixture();
      await putRanges(store, sampleBody, [0, 100]);
      await store.write(async (transaction) => {
        transaction.deleteBytes(sampleBody);
        transaction.putBytes(sampleBody, 0, [sampleBytes(50, 60)]);
      });
      assertSameBytes(await readRange(store, sampleBody, 0, 10), sampleBytes(50, 60));
      assert.isNull(await store.readBytes(sampleBody, 10, 20));
    });
  });
}
