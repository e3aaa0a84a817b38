import { contentBytes, World } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';

const url = 'https://app.test/episode';
const size = 200_000;

/** One fetch over a bad network, with a death in the middle. Returns all that happened, as text. */
async function liveThrough(seed: number): Promise<{ trace: string; body: Uint8Array; requests: number }> {
  const world = new World({ seed, network: { faults: { refused: 0.1, cut: 0.3, unavailable: 0.1 } } });
  world.network.serve(url, { size, chunkSize: 4096, chunkInterval: 40 });
  const first = world.start();
  await world.clock.runUntil(first.backgroundFetch.fetch('episode', [url], { title: 'Episode' }));
  await world.clock.advance(900);
  first.kill();
  const second = world.start();
  let body = new Uint8Array();
  const handled = new Promise<void>((resolve) => {
    second.events.on('backgroundfetchsuccess', async ({ key }) => {
      const data = await second.store.transact('read', (transaction) => transaction.getRecord(key, 0));
      const responseData = data?.responseData;
      if (!responseData) throw new Error('A record that succeeded has no response');
      const at = { fetch: key, index: 0, body: responseData.body };
      const parts: Uint8Array[] = [];
      for (let position = 0; position < size; position += parts.at(-1)?.length ?? 0) {
        parts.push((await second.store.readBytes(at, position, size)) ?? new Uint8Array());
        if (parts.at(-1)?.length === 0) throw new Error(`Nothing is stored at ${position}`);
      }
      body = new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
      resolve();
    });
  });
  await world.clock.runUntil(handled);
  await world.clock.advance(1000);
  return { trace: world.trace.toString(), body, requests: world.network.requests.length };
}

test('one seed decides everything: two runs have the same trace, to the letter', async () => {
  const one = await liveThrough(7);
  const other = await liveThrough(7);
  expect(one.trace.split('\n').length).toBeGreaterThan(100);
  expect(other.trace).toBe(one.trace);
});

test('another seed makes another history of the same body', async () => {
  const histories = [await liveThrough(1), await liveThrough(2), await liveThrough(3)];
  expect(new Set(histories.map(({ trace }) => trace)).size).toBe(3);
  for (const { body } of histories) expect(body).toEqual(contentBytes(url, 0, 0, size));
});
