import { assert } from 'chai';
import { rejection, type TestFramework } from '../framework.ts';
import { sampleBytes } from '../samples.ts';
import { assertSameBytes, large, type StoreFixture } from './store-under-test.ts';

export function upload(body: BodyInit): Request {
  return new Request('https://app.test/upload', { method: 'POST', body });
}

export function describeRequestBodies({ describe, it }: TestFramework, fixture: () => StoreFixture): void {
  async function keep(body: BodyInit): Promise<Uint8Array | undefined> {
    const { store } = fixture();
    const taken = await store.takeRequestBody(upload(body));
    await store.write(async (transaction) => transaction.putRequestBody('fetch-1', 0, taken));
    const stored = await store.readRequestBody('fetch-1', 0);
    assert.equal(stored?.size, taken.size);
    return stored ? new Uint8Array(await upload(stored.value as BodyInit).arrayBuffer()) : undefined;
  }

  describe('request bodies', () => {
    it('are sent as they were taken', async () => {
      for (const size of [1, 1000, large]) {
        const kept = await keep(sampleBytes(0, size));
        assertSameBytes(kept ?? new Uint8Array(0), sampleBytes(0, size));
      }
    });

    it('may be text, a Blob, or empty', async () => {
      const text = new TextEncoder().encode('grüße');
      assert.deepEqual(await keep('grüße'), text);
      assert.deepEqual(await keep(new Blob([text], { type: 'text/plain' })), text);
      assert.deepEqual(await keep(''), new Uint8Array(0));
    });

    it('know their size in bytes', async () => {
      assert.equal((await fixture().store.takeRequestBody(upload('grüße'))).size, 7);
    });

    it('that were used before are refused', async () => {
      const request = upload('used');
      await request.text();
      assert.instanceOf(await rejection(fixture().store.takeRequestBody(request)), TypeError);
    });

    it('are null where there is none', async () => {
      const { store } = fixture();
      assert.isNull(await store.readRequestBody('fetch-1', 0));
      const body = await store.takeRequestBody(upload('text'));
      await store.write(async (transaction) => transaction.putRequestBody('fetch-1', 0, body));
      assert.isNull(await store.readRequestBody('fetch-1', 1));
      assert.isNull(await store.readRequestBody('fetch-10', 0));
    });
  });
}
