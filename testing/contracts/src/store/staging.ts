import type { HostBytes, Store } from '@background-fetch/core';
import { assert } from 'chai';
import type { TestFramework } from '../framework.ts';
import { sampleBytes } from '../samples.ts';
import { assertSameBytes, large, readRange, type StoreFixture, sampleBody } from './store-under-test.ts';

/** A store whose transactions bring bytes to stable storage themselves says so. */
export function describeNoStaging({ it }: TestFramework, fixture: () => StoreFixture): void {
  it('has no stageBytes()', () => {
    assert.isUndefined(fixture().store.stageBytes);
  });
}

/**
 * Bytes that are brought to stable storage ahead of the transaction that puts them, as the engine does. Whether they can be
 * read before that is left open: the core reads nothing that no row counts.
 */
export function describeStaging({ describe, it }: TestFramework, fixture: () => StoreFixture): void {
  async function stage(store: Store, start: number, end: number, body = sampleBody): Promise<HostBytes> {
    const middle = Math.floor((start + end) / 2);
    const parts = [sampleBytes(start, middle), sampleBytes(middle, end)];
    const staged = await store.stageBytes?.(body, start, parts);
    assert.isDefined(staged, 'stageBytes() is missing, or resolves with nothing');
    assert.equal(staged?.size, end - start);
    return staged as HostBytes;
  }

  function put(store: Store, offset: number, staged: HostBytes, body = sampleBody): Promise<void> {
    return store.write(async (transaction) => transaction.putBytes(body, offset, staged));
  }

  async function assertStored(store: Store, start: number, end: number, body = sampleBody): Promise<void> {
    assertSameBytes(await readRange(store, body, start, end), sampleBytes(start, end));
  }

  describe('bytes that are staged', () => {
    for (const [name, size] of [
      ['a few', 100],
      ['many', large],
    ] as const) {
      it(`are stored once a transaction has put them: ${name}`, async () => {
        const { store } = fixture();
        const staged = await stage(store, 0, size);
        await put(store, 0, staged);
        await assertStored(store, 0, size);
      });

      it(`of a transaction that failed are put by the next one: ${name}`, async () => {
        const { store } = fixture();
        const staged = await stage(store, 0, size);
        const failed = store.write(async (transaction) => {
          transaction.putBytes(sampleBody, 0, staged);
          throw new Error('on purpose');
        });
        assert.equal(await failed.catch((error: Error) => error.message), 'on purpose');
        await put(store, 0, staged);
        await assertStored(store, 0, size);
      });

      it(`and are never put make room for others: ${name}`, async () => {
        const { store } = fixture();
        const zeroes = [new Uint8Array(size)];
        await store.stageBytes?.(sampleBody, 0, zeroes);
        await put(store, 0, await stage(store, 0, size));
        await assertStored(store, 0, size);
      });
    }

    it('follow one another, and what was put without', async () => {
      const { store } = fixture();
      await put(store, 0, await stage(store, 0, 10));
      await put(store, 10, await stage(store, 10, large));
      await store.write(async (transaction) =>
        transaction.putBytes(sampleBody, large, [sampleBytes(large, large + 10)]),
      );
      await put(store, large + 10, await stage(store, large + 10, 2 * large));
      await assertStored(store, 0, 2 * large);
    });

    it('at the same time resolve in the order of the calls', async () => {
      const { store } = fixture();
      const order: number[] = [];
      const step = 100_000;
      const stages = Array.from({ length: 6 }, async (_, i) => {
        const staged = await stage(store, i * step, (i + 1) * step);
        order.push(i);
        await put(store, i * step, staged);
      });
      await Promise.all(stages);
      assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
      await assertStored(store, 0, 6 * step);
    });

    it('of several bodies are put in one transaction', async () => {
      const { store } = fixture();
      const bodies = [0, 1, 2].map((index) => ({ ...sampleBody, index }));
      const staged = await Promise.all(bodies.map((body) => stage(store, 0, large, body)));
      await store.write(async (transaction) => {
        for (const [i, body] of bodies.entries()) transaction.putBytes(body, 0, staged[i] as HostBytes);
      });
      for (const body of bodies) await assertStored(store, 0, large, body);
    });

    it('may be none', async () => {
      const { store } = fixture();
      const staged = await store.stageBytes?.(sampleBody, 0, []);
      assert.equal(staged?.size, 0);
      await put(store, 0, staged as HostBytes);
      assert.isNull(await store.readBytes(sampleBody, 0, 1));
    });

    it('are stored as they were when they were staged', async () => {
      const { store } = fixture();
      const part = sampleBytes(0, large);
      const staged = await store.stageBytes?.(sampleBody, 0, [part]);
      await put(store, 0, staged as HostBytes);
      part.fill(0);
      await assertStored(store, 0, large);
    });

    it('of a body that is deleted in the transaction that puts them are stored', async () => {
      const { store } = fixture();
      await put(store, 0, await stage(store, 0, large));
      const staged = await stage(store, large, 2 * large);
      await store.write(async (transaction) => {
        transaction.deleteBytes(sampleBody);
        transaction.putBytes(sampleBody, large, staged);
      });
      await assertStored(store, large, 2 * large);
    });
  });
}
