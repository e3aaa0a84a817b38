import type { ResponseData } from '@background-fetch/core';
import { assert } from 'chai';
import type { TestFramework } from '../framework.ts';
import { sampleBytes, sampleFetch, sampleRecord } from '../samples.ts';
import {
  assertSameBytes,
  large,
  putRanges,
  readRange,
  type StoreFixture,
  sampleBody,
} from './store-under-test.ts';

/** What the engine does once, before it performs anything, where something else can change stored bytes. */
export function describeMending({ describe, it }: TestFramework, fixture: () => StoreFixture): void {
  const fetch = sampleFetch({ key: sampleBody.fetch });

  /** An active background fetch whose record counts all bytes of its body. */
  async function givenStored(): Promise<void> {
    const { store } = fixture();
    const responseData: ResponseData = {
      body: sampleBody.body,
      receivedAt: 0,
      length: null,
      lengthProven: false,
      responses: 1,
      coding: 'identity',
      head: { status: 200, statusText: '', headers: [], url: '', type: 'basic', redirected: false },
      stored: [{ start: 0, end: large }],
    };
    await putRanges(store, sampleBody, [0, large]);
    await store.write(async (transaction) => {
      transaction.putFetch(fetch);
      transaction.putRecord(sampleRecord({ fetch: fetch.key, responseData }));
    });
  }

  /** The ranges that the record counts. */
  async function stored(): Promise<unknown> {
    const { store } = fixture();
    const record = await store.read((transaction) => transaction.getRecord(fetch.key, 0));
    return record?.responseData?.stored;
  }

  async function mend(): Promise<void> {
    await fixture().place.mending?.mend(fixture().store, fetch.registration);
  }

  describe('mending', () => {
    it('changes nothing where nothing is lost', async () => {
      await givenStored();
      await mend();
      assert.deepEqual(await stored(), [{ start: 0, end: large }]);
      assertSameBytes(await readRange(fixture().store, sampleBody, 0, large), sampleBytes(0, large));
    });

    for (const [what, left] of [
      ['a whole body', 0],
      ['the end of a body', 100_000],
    ] as const) {
      it(`gives up ${what} that is lost, which can be put again`, async () => {
        const { place, store } = fixture();
        await givenStored();
        await place.mending?.lose(store, sampleBody, left);
        await mend();
        assert.deepEqual(await stored(), left === 0 ? [] : [{ start: 0, end: left }]);
        assert.isNull(await store.readBytes(sampleBody, left, large));
        await putRanges(store, sampleBody, [left, large]);
        assertSameBytes(await readRange(store, sampleBody, 0, large), sampleBytes(0, large));
      });
    }

    it('leaves other registrations alone', async () => {
      const { place, store } = fixture();
      await givenStored();
      await place.mending?.lose(store, sampleBody, 0);
      await place.mending?.mend(store, `not ${fetch.registration}`);
      assert.deepEqual(await stored(), [{ start: 0, end: large }]);
    });
  });
}
