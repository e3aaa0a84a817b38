import { expect, it } from 'vitest';
import { type BackgroundFetchEngine, conditionOf, type StoredState } from '../../src/index.ts';
import { useFaultServer } from '../network/given.ts';
import { useEngines } from './given.ts';

const server = useFaultServer();
const engines = useEngines();

/** A fetch that has ended, as it is stored while its event is handled. */
async function endedState(engine: BackgroundFetchEngine, id: string, url: string): Promise<StoredState> {
  await engine.backgroundFetch.fetch(id, [url]);
  return await new Promise((resolve, reject) => {
    const look = (event: { waitUntil(promise: Promise<unknown>): void }): void => {
      const found = engine.findStored(id).then((state) => state ?? Promise.reject(new Error('not stored')));
      event.waitUntil(found);
      found.then(resolve, reject);
    };
    engine.onbackgroundfetchsuccess = look;
    engine.onbackgroundfetchfail = look;
  });
}

it('shows what is stored of a fetch until its event is handled', async () => {
  const engine = await engines.open({ directory: await engines.directory() });
  const { fetch, records } = await endedState(engine, 'a', `${server().origin}/r/stored?size=1000`);
  expect(fetch).toMatchObject({ id: 'a', state: 'event-owed' });
  expect(records).toMatchObject([{ state: 'settled', result: 'success', responseData: { length: 1000 } }]);
  await engine.backgroundFetch.fetch('b', [`${server().origin}/r/stalls?size=1000&attempts=stall:500`]);
  await engine.pause('b');
  expect((await engine.listStored()).map(({ id }) => id)).toContain('b');
  expect(await engine.findStored('c')).toBeUndefined();
});

it('tells what a fetch that failed has left', async () => {
  const retry = { fruitlessAttempts: 1 };
  const engine = await engines.open({ directory: await engines.directory(), retry });
  await endedState(
    engine,
    'fails',
    `${server().origin}/r/fails?size=3000000&attempts=reset:2500000|drop:reset`,
  );
  const { byRecord } = await engine.findKept('fails');
  expect(byRecord).toEqual([expect.any(Number)]);
  expect(byRecord[0]).toBeGreaterThan(0);
  expect(await engine.findKept('another')).toEqual({ byRecord: [], until: null });
});

it('asks a server whether it still has the version that came', async () => {
  const engine = await engines.open({ directory: await engines.directory() });
  const url = `${server().origin}/r/asked?size=1000`;
  const { records } = await endedState(engine, 'asked', url);
  const [record] = records;
  const condition = record ? conditionOf(record) : null;
  expect(condition).toEqual(['If-None-Match', expect.any(String)]);
  if (!condition) return;
  expect(await engine.revalidate('asked', new Request(url), condition)).toBe('same');
  expect(await engine.revalidate('asked', new Request(url), ['If-None-Match', '"another"'])).toBe('other');
  expect(await engine.revalidate('asked', new Request('http://127.0.0.1:9/'), condition)).toBe('unknown');
  const post = new Request(url, { method: 'POST' });
  await expect(engine.revalidate('asked', post, condition)).rejects.toThrow(/POST is not to be repeated/);
  for (const wrong of [undefined, 'ab', ['Range', 'bytes=0-'], ['If-None-Match']] as never[])
    await expect(engine.revalidate('asked', new Request(url), wrong)).rejects.toThrow(/conditionOf\(\)/);
  await expect(engine.revalidate('asked', url as never, condition)).rejects.toThrow(/needs a Request/);
  await engine.close();
  await expect(engine.revalidate('asked', new Request(url), condition)).rejects.toThrow(/closed/);
});
