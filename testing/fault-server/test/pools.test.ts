import { expect, test } from 'vitest';
import { Pool } from '../src/pools.ts';
import { askRaw, bytesOf, control, useFaultServer } from './given.ts';

const server = useFaultServer();
const at = (target: string, init: RequestInit = {}) => fetch(server().origin + target, init);
const told = async (path: string) => (await at(`/control/${path}`)).json();
const isWaiting = (key: string) => server().log.waitFor((entry) => entry.key === key && entry.waiting);

/** Keeps a place of a key's until it is told to let go. */
async function occupy(key: string, params: string): Promise<{ letGo: () => Promise<Uint8Array> }> {
  const response = at(`/r/${key}?size=10&hold=1&${params}`);
  await isWaiting(key);
  return {
    letGo: async () => {
      await control(server(), key, { release: true });
      return bytesOf(await response);
    },
  };
}

test.each(['503', '429', '403', '500'])('one too many is answered with %s', async (over) => {
  const params = `connections=1&over=${over}&retryafter=7`;
  const first = await occupy(`over-${over}`, params);
  const second = await at(`/r/over-${over}?size=10&${params}`);
  expect([second.status, second.headers.get('Retry-After')]).toEqual([Number(over), '7']);
  await first.letGo();
  const third = await at(`/r/over-${over}?size=10&${params}`);
  expect([third.status, third.headers.get('Retry-After')]).toEqual([200, null]);
});

test.each(['fin', 'reset'] as const)('one too many loses its connection by %s', async (over) => {
  const first = await occupy(`over-${over}`, `connections=1&over=${over}`);
  expect(await askRaw(server().origin, `/r/over-${over}?size=10&connections=1&over=${over}`)).toMatchObject({
    head: '',
    end: over,
  });
  await first.letGo();
});

test('one too many may wait for its turn', async () => {
  const first = await occupy('turn', 'connections=1&over=hold&note=first');
  const second = at('/r/turn?size=10&connections=1&over=hold&note=second');
  await server().log.waitFor(
    (entry) => entry.url.includes('/r/turn?') && entry.url.includes('second') && entry.waiting,
  );
  await first.letGo();
  expect((await second).status).toBe(200);
});

test('one that waits for its turn and leaves does not keep others waiting', async () => {
  const target = '/r/leaver?size=10&connections=1&over=hold';
  const first = await occupy('leaver', 'connections=1&over=hold');
  const leaving = new AbortController();
  const left = at(`${target}&note=leaving`, { signal: leaving.signal });
  await server().log.waitFor((entry) => entry.url.includes('leaving') && entry.waiting);
  const last = at(`${target}&note=last`);
  await server().log.waitFor((entry) => entry.url.includes('note=last') && entry.waiting);
  leaving.abort();
  await expect(left).rejects.toThrow();
  await first.letGo();
  expect((await last).status).toBe(200);
});

test('a place is free again once its client has left', async () => {
  const leaving = new AbortController();
  await at('/r/left?size=1000&stall=10&connections=1', { signal: leaving.signal });
  leaving.abort();
  await server().log.waitFor(({ key, finished }) => key === 'left' && finished === 'aborted-by-client');
  expect((await at('/r/left?size=10&connections=1')).status).toBe(200);
});

test('an ended request keeps its place for as long as it lingers', async () => {
  const target = '/r/lingers?size=10&connections=1&linger=600000';
  await bytesOf(await at(target));
  await server().log.waitFor(({ key, finished }) => key === 'lingers' && finished === 'complete');
  expect((await at(target)).status).toBe(503);
});

test('a place is free again after its request has lingered', async () => {
  const target = '/r/lingered?size=10&connections=1&over=hold&linger=1';
  await bytesOf(await at(target));
  expect((await at(target)).status).toBe(200);
});

test('keys may share a pool, whose limit holds for all of them', async () => {
  const first = await occupy('shared-one', 'connections=1&pool=shared');
  expect((await at('/r/shared-two?size=10&connections=1&pool=shared')).status).toBe(503);
  expect((await at('/r/shared-two?size=10&connections=1')).status).toBe(200);
  await first.letGo();
  expect((await at('/r/shared-two?size=10&connections=1&pool=shared')).status).toBe(200);
});

test('the limit holds for uploads, which are then not received', async () => {
  const first = await occupy('upload-over', 'connections=1');
  const upload = await at('/upload/upload-over?connections=1', { method: 'POST', body: 'too much' });
  expect(upload.status).toBe(503);
  expect(await told('upload-over/uploads')).toEqual([]);
  await first.letGo();
});

test('the control tells how many requests of a key and of a pool were under way at most', async () => {
  const first = await occupy('counted-one', 'pool=counted');
  const second = await occupy('counted-two', 'pool=counted');
  await at('/r/counted-one?size=10&pool=counted&connections=1&over=403');
  expect(await told('counted/pool')).toEqual({ underWay: 2, most: 3, refused: 1 });
  expect(await told('counted-one')).toMatchObject({ underWay: 1, most: 2 });
  await Promise.all([first.letGo(), second.letGo()]);
  await at('/r/counted-two?size=10&pool=counted').then(bytesOf);
  await server().log.waitFor(
    ({ key, attempt, finished }) => key === 'counted-two' && attempt === 2 && finished !== null,
  );
  expect(await told('counted/pool')).toEqual({ underWay: 0, most: 3, refused: 1 });
});

test('too many in a second are answered with 429', async () => {
  let status: number;
  do {
    status = (await at('/r/rate?size=0&ratelimit=1')).status;
  } while (status === 200);
  expect(status).toBe(429);
});

test('as many requests as the limit says find a place within any second', () => {
  let now = 0;
  const pool = new Pool(() => now);
  const limits = { connections: undefined, perSecond: 2, linger: 0 };
  const take = (at: number) => {
    now = at;
    return pool.take(limits, new AbortController().signal);
  };
  expect([0, 900, 999, 1000, 1100, 1900].map(take)).toEqual([
    undefined,
    undefined,
    'rate',
    undefined,
    'rate',
    undefined,
  ]);
});
