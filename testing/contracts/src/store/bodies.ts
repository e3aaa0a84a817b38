import { assert } from 'chai';
import { rejection, type TestFramework } from '../framework.ts';
import { sampleBytes } from '../samples.ts';
import {
  assertSameBytes,
  large,
  putRanges,
  readRange,
  type StoreFixture,
  sampleBody,
} from './store-under-test.ts';

async function bytesOf(blob: Blob | null): Promise<Uint8Array> {
  return new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));
}

export function describeBytes({ describe, it }: TestFramework, fixture: () => StoreFixture): void {
  describe('response bytes', () => {
    it('are read as they were put, small and large', async () => {
      const { store } = fixture();
      for (const [body, size] of [1, 100, large].entries()) {
        await putRanges(store, { ...sampleBody, body }, [0, size]);
        assertSameBytes(await readRange(store, { ...sampleBody, body }, 0, size), sampleBytes(0, size));
      }
    });

    it('that were put in parts follow one another', async () => {
      const { store } = fixture();
      await store.write(async (transaction) => {
        const parts = [
          sampleBytes(0, 1),
          sampleBytes(1, large),
          new Uint8Array(0),
          sampleBytes(large, large + 5),
        ];
        transaction.putBytes(sampleBody, 0, parts);
        transaction.putBytes(sampleBody, large + 5, [sampleBytes(large + 5, large + 9)]);
      });
      assertSameBytes(await readRange(store, sampleBody, 0, large + 9), sampleBytes(0, large + 9));
    });

    it('that are part of a larger buffer are stored without the rest of it', async () => {
      const { store } = fixture();
      const part = sampleBytes(0, 100).subarray(10, 20);
      await store.write(async (transaction) => transaction.putBytes(sampleBody, 10, [part]));
      assertSameBytes(await readRange(store, sampleBody, 10, 20), sampleBytes(10, 20));
      assert.isNull(await store.readBytes(sampleBody, 20, 30));
    });

    it('are as they were when they were put', async () => {
      const { store } = fixture();
      for (const [body, size] of [10, large].entries()) {
        const part = sampleBytes(0, size);
        await store.write(async (transaction) => {
          transaction.putBytes({ ...sampleBody, body }, 0, [part]);
          part.fill(0);
        });
        assertSameBytes(await readRange(store, { ...sampleBody, body }, 0, size), sampleBytes(0, size));
      }
    });

    it('that are moved to another fetch are there, stay when the first one goes, and may be continued', async () => {
      const { store } = fixture();
      for (const size of [100, large]) {
        const from = { ...sampleBody, fetch: 'moved', body: size };
        const to = { ...sampleBody, index: 3, body: size };
        await putRanges(store, from, [0, size], [2 * size, 2 * size + 10]);
        await store.write((transaction) => transaction.moveBytes(from, to));
        await store.write(async (transaction) => transaction.deleteFetch('moved'));
        await putRanges(store, to, [size, 2 * size]);
        assertSameBytes(await readRange(store, to, 0, 2 * size + 10), sampleBytes(0, 2 * size + 10));
      }
    });

    it('that are not there can be moved, too', async () => {
      const { store } = fixture();
      const to = { ...sampleBody, index: 3 };
      await store.write((transaction) => transaction.moveBytes(sampleBody, to));
      assert.isNull(await store.readBytes(to, 0, 1));
    });

    it('are read from any offset to any other', async () => {
      const { store } = fixture();
      await putRanges(store, sampleBody, [0, 10], [10, large], [large, large + 7]);
      for (const [start, end] of [
        [3, 4],
        [0, 10],
        [9, 11],
        [5, large + 3],
        [large - 1, large + 7],
      ] as const) {
        assertSameBytes(await readRange(store, sampleBody, start, end), sampleBytes(start, end));
      }
    });

    it('may be put out of order and with gaps', async () => {
      const { store } = fixture();
      await putRanges(store, sampleBody, [2 * large, 3 * large], [0, 100], [100, 101], [500, 600]);
      for (const [start, end] of [
        [2 * large, 3 * large],
        [0, 101],
        [500, 600],
      ] as const) {
        assertSameBytes(await readRange(store, sampleBody, start, end), sampleBytes(start, end));
      }
    });

    it('are null where none are stored', async () => {
      const { store } = fixture();
      assert.isNull(await store.readBytes(sampleBody, 0, 10));
      await putRanges(store, sampleBody, [10, 20], [30, 40]);
      for (const start of [0, 9, 20, 29, 40, 1000]) {
        assert.isNull(await store.readBytes(sampleBody, start, start + 5), `at ${start}`);
      }
    });

    it('do not reach beyond a gap', async () => {
      const { store } = fixture();
      await putRanges(store, sampleBody, [10, 20], [30, 40]);
      assertSameBytes((await store.readBytes(sampleBody, 15, 40)) ?? new Uint8Array(0), sampleBytes(15, 20));
    });

    it('of other bodies, records and fetches are others', async () => {
      const { store } = fixture();
      const others = [
        { ...sampleBody, body: 1 },
        { ...sampleBody, index: 1 },
        { ...sampleBody, fetch: 'fetch-10' },
      ];
      for (const [i, other] of others.entries()) await putRanges(store, other, [i * 100, i * 100 + 50]);
      assert.isNull(await store.readBytes(sampleBody, 0, 1000));
      for (const [i, other] of others.entries()) {
        assert.isNull(await store.readBytes(other, i * 100 + 50, 1000));
        assertSameBytes(
          await readRange(store, other, i * 100, i * 100 + 50),
          sampleBytes(i * 100, i * 100 + 50),
        );
      }
    });

    it('that are none leave nothing', async () => {
      const { store } = fixture();
      await store.write(async (transaction) => {
        transaction.putBytes(sampleBody, 0, []);
        transaction.putBytes(sampleBody, 0, [new Uint8Array(0)]);
      });
      assert.isNull(await store.readBytes(sampleBody, 0, 10));
      await putRanges(store, sampleBody, [0, 10]);
      assertSameBytes(await readRange(store, sampleBody, 0, 10), sampleBytes(0, 10));
    });

    it('have offsets beyond 4 GiB', async () => {
      const { store } = fixture();
      const start = 5 * 2 ** 32;
      await putRanges(store, sampleBody, [start, start + 100]);
      assertSameBytes(
        await readRange(store, sampleBody, start + 50, start + 100),
        sampleBytes(start + 50, start + 100),
      );
    });

    it('of a transaction that failed leave nothing, also under bytes that are put there later', async () => {
      const { place, store } = fixture();
      await putRanges(store, sampleBody, [0, large]);
      const failed = store.write(async (transaction) => {
        transaction.putBytes(sampleBody, large, [new Uint8Array(2 * large)]);
        throw new Error('changed my mind');
      });
      assert.equal(((await rejection(failed)) as Error).message, 'changed my mind');
      assert.isNull(await store.readBytes(sampleBody, large, 3 * large));
      await putRanges(store, sampleBody, [large, large + 10]);
      await place.close(store);
      const next = place.open();
      assertSameBytes(await readRange(next, sampleBody, 0, large + 10), sampleBytes(0, large + 10));
      assert.isNull(await next.readBytes(sampleBody, large + 10, 3 * large));
      await place.close(next);
    });

    it('that a transaction which failed had deleted are still there', async () => {
      const { store } = fixture();
      await putRanges(store, sampleBody, [0, large]);
      const failed = store.write(async (transaction) => {
        transaction.deleteBytes(sampleBody);
        transaction.putBytes(sampleBody, 0, [new Uint8Array(large)]);
        throw new Error('changed my mind');
      });
      assert.equal(((await rejection(failed)) as Error).message, 'changed my mind');
      assertSameBytes(await readRange(store, sampleBody, 0, large), sampleBytes(0, large));
    });

    it('are there after reopening', async () => {
      const { place, store } = fixture();
      await putRanges(store, sampleBody, [0, 10], [10, large]);
      await place.close(store);
      const next = place.open();
      assertSameBytes(await readRange(next, sampleBody, 0, large), sampleBytes(0, large));
      await place.close(next);
    });
  });
}

/** For hosts that have no such thing. */
export function describeNoWholeBodies({ describe, it }: TestFramework, fixture: () => StoreFixture): void {
  describe('a whole response body', () => {
    it('is never a Blob, whether it is stored or not', async () => {
      const { store } = fixture();
      assert.isNull(await store.readBody(sampleBody, 10, ''));
      await putRanges(store, sampleBody, [0, 10]);
      assert.isNull(await store.readBody(sampleBody, 10, ''));
    });
  });
}

export function describeWholeBodies({ describe, it }: TestFramework, fixture: () => StoreFixture): void {
  describe('a whole response body', () => {
    it('has its bytes and its type', async () => {
      const { store } = fixture();
      await putRanges(store, sampleBody, [100, large], [large, large + 3], [0, 100]);
      const body = await store.readBody(sampleBody, large + 3, 'video/mp4');
      assert.equal(body?.type, 'video/mp4');
      assertSameBytes(await bytesOf(body), sampleBytes(0, large + 3));
    });

    it('has exactly as many bytes as were asked for', async () => {
      const { store } = fixture();
      await putRanges(store, sampleBody, [0, 100], [100, large], [large, large + 100]);
      for (const length of [0, 1, 100, 101, large - 1, large, large + 50]) {
        assertSameBytes(await bytesOf(await store.readBody(sampleBody, length, '')), sampleBytes(0, length));
      }
    });

    it('of many small pieces is whole', async () => {
      const { store } = fixture();
      await store.write(async (transaction) => {
        for (let i = 0; i < 100; i++)
          transaction.putBytes(sampleBody, i * 7, [sampleBytes(i * 7, i * 7 + 7)]);
      });
      assertSameBytes(await bytesOf(await store.readBody(sampleBody, 700, '')), sampleBytes(0, 700));
    });

    it('is null if a byte is missing at its start, within or at its end', async () => {
      const { store } = fixture();
      await putRanges(store, sampleBody, [10, 20]);
      assert.isNull(await store.readBody(sampleBody, 20, ''));
      await putRanges(store, sampleBody, [0, 9]);
      assert.isNull(await store.readBody(sampleBody, 20, ''));
      await putRanges(store, sampleBody, [9, 10]);
      assert.isNull(await store.readBody(sampleBody, 21, ''));
      assert.equal((await store.readBody(sampleBody, 20, ''))?.size, 20);
    });
  });
}
