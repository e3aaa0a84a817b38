import {
  type BackgroundFetchRegistration,
  forgetKeptFetch,
  resumeKeptFetch,
  setPaused,
} from '@background-fetch/core';
import { type Life, World, type WorldOptions } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';
import { defaultRetryPolicy } from '../../../packages/core/src/transfer/retry-schedule.ts';

const url = 'https://app.test/film';
const size = 100_000;
const cut = 60_000;
const hour = 3_600_000;

function givenWorld(options: WorldOptions = {}): World {
  const retry = { ...defaultRetryPolicy, fruitlessAttempts: 2 };
  const world = new World({ ...options, engine: { connections: 1, retry, ...options.engine } });
  world.network.serve(url, { size, chunkSize: 10_000, chunkInterval: 40 });
  return world;
}

/** The server goes away once it has sent some of the film, and does not come back in time. */
function goesAway(world: World, after = cut): void {
  const refused = { kind: 'refused' } as const;
  // two ranges, and the plain request, which has the last word
  world.network.plan(url, { kind: 'cut', after }, refused, refused, refused);
}

type Context = Pick<Life, 'backgroundFetch'>;

/** Resolves when the records of a fetch are let go, and what is not kept of them is deleted. */
async function released(world: World, registration: BackgroundFetchRegistration): Promise<void> {
  while (registration.recordsAvailable) await world.clock.step();
  await world.clock.advance(100);
}

async function fails(
  world: World,
  context: Context,
  requests: string[] = [url],
): Promise<BackgroundFetchRegistration> {
  goesAway(world);
  const film = await world.clock.runUntil(context.backgroundFetch.fetch('film', requests));
  await released(world, film);
  return film;
}

/** Fetches the film, and resolves with what was asked for from then on. */
async function succeeds(world: World, life: Life, context: Context = life): Promise<string[]> {
  const asked = world.network.requests.length;
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  const film = await world.clock.runUntil(context.backgroundFetch.fetch('film', url));
  await world.clock.runUntil(succeeded);
  await released(world, film);
  expect(film).toMatchObject({ result: 'success', downloaded: size });
  return rangesSince(world, asked);
}

function rangesSince(world: World, asked: number): string[] {
  return world.network.requests
    .slice(asked)
    .map(({ headers }) => headers.find(([name]) => name === 'Range')?.[1] ?? 'all');
}

function kept(world: World): number {
  return [...world.disk.fetches.values()].filter(({ state }) => state === 'released').length;
}

test('the same fetch goes on from what one that failed has received', async () => {
  const world = givenWorld();
  const life = world.start();
  const failed = await fails(world, life);
  expect(failed).toMatchObject({ failureReason: 'fetch-error', downloaded: cut, recordsAvailable: false });
  expect(await succeeds(world, life)).toEqual([`bytes=${cut}-`]);
  expect(world.disk.used()).toBe(0);
});

test('it begins with what is stored, under its new title', async () => {
  const world = givenWorld();
  const life = world.start();
  await fails(world, life);
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', url, { downloadTotal: size }));
  expect(film).toMatchObject({ downloaded: cut, downloadTotal: size, result: '', recordsAvailable: true });
  expect(await world.clock.runUntil(life.backgroundFetch.getIds())).toEqual(['film']);
});

test('what was kept is seen by nobody', async () => {
  const world = givenWorld();
  const life = world.start();
  const failed = await fails(world, life);
  expect(await world.clock.runUntil(life.backgroundFetch.getIds())).toEqual([]);
  expect(await world.clock.runUntil(life.backgroundFetch.get('film'))).toBeUndefined();
  await expect(world.clock.runUntil(failed.matchAll())).rejects.toThrow('no longer available');
});

test('another engine goes on from it, too', async () => {
  const world = givenWorld();
  const first = world.start();
  await fails(world, first);
  first.kill();
  expect(await succeeds(world, world.start())).toEqual([`bytes=${cut}-`]);
});

test.for<[string, string, RequestInit]>([
  ['URL', `${url}?other`, {}],
  ['header', url, { headers: { accept: 'video/webm' } }],
  ['credentials', url, { credentials: 'include' }],
])('a fetch with another %s starts anew, and what was kept goes', async ([, other, init]) => {
  const world = givenWorld();
  const life = world.start();
  await fails(world, life);
  const asked = world.network.requests.length;
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', new Request(other, init)));
  expect(film.downloaded).toBe(0);
  await released(world, film);
  expect(rangesSince(world, asked)).toEqual(['all']);
  expect(kept(world)).toBe(0);
});

test('a fetch of more requests starts anew', async () => {
  const world = givenWorld();
  const life = world.start();
  await fails(world, life);
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', [url, `${url}?more`]));
  expect(film.downloaded).toBe(0);
});

test('a fetch with another id leaves it alone', async () => {
  const world = givenWorld();
  const life = world.start();
  await fails(world, life);
  const song = await world.clock.runUntil(life.backgroundFetch.fetch('song', url));
  expect(song.downloaded).toBe(0);
  await released(world, song);
  expect(await succeeds(world, life)).toEqual([`bytes=${cut}-`]);
});

test('a downloadTotal below what was kept starts anew', async () => {
  const world = givenWorld();
  const life = world.start();
  await fails(world, life);
  const film = await world.clock.runUntil(
    life.backgroundFetch.fetch('film', url, { downloadTotal: cut - 1 }),
  );
  expect(film.downloaded).toBe(0);
});

test('a new version starts anew', async () => {
  const world = givenWorld();
  const resource = world.network.serve(url, { size, chunkSize: 10_000, chunkInterval: 40 });
  const life = world.start();
  await fails(world, life);
  resource.version = 1;
  expect(await succeeds(world, life)).toEqual([`bytes=${cut}-`, 'all']);
});

test('it is kept until its time is over, whatever engines come and go', async () => {
  const world = givenWorld({ engine: { keepFailed: hour } });
  const first = world.start();
  await fails(world, first);
  await world.clock.advance(hour / 2);
  first.kill();
  world.start();
  await world.clock.advance(hour / 2 - 1000);
  expect(kept(world)).toBe(1);
  await world.clock.advance(1000);
  expect(kept(world)).toBe(0);
  expect(world.disk.used()).toBe(0);
});

test('it is deleted by an engine that starts when its time is over', async () => {
  const world = givenWorld({ engine: { keepFailed: hour } });
  const first = world.start();
  await fails(world, first);
  first.kill();
  await world.clock.advance(2 * hour);
  expect(kept(world)).toBe(1);
  world.start();
  await world.clock.advance(1000);
  expect(kept(world)).toBe(0);
});

test('a clock that is set back keeps it for no longer than the whole time anew', async () => {
  const world = givenWorld({ engine: { keepFailed: hour } });
  const first = world.start();
  await fails(world, first);
  first.kill();
  world.traits.clockError = -1000 * hour;
  for (let starts = 0; starts < 3; starts++) {
    const life = world.start();
    await world.clock.advance(hour / 4);
    life.kill();
  }
  expect(kept(world)).toBe(1);
  world.start();
  await world.clock.advance(hour / 4 + 1000);
  expect(kept(world)).toBe(0);
});

test('nothing is kept where that is not wanted', async () => {
  const world = givenWorld({ engine: { keepFailed: 0 } });
  const life = world.start();
  await fails(world, life);
  expect(kept(world)).toBe(0);
  expect(world.disk.used()).toBe(0);
});

test('nothing is kept of what was aborted, exceeded its downloadTotal, or can not be continued', async () => {
  const world = givenWorld();
  const life = world.start();
  world.network.serve(url, { size, chunkSize: 10_000, chunkInterval: 40, etag: 'none' });
  await fails(world, life);
  expect(kept(world)).toBe(0);
  world.network.serve(url, { size, chunkSize: 10_000, chunkInterval: 40 });
  const tooLong = await world.clock.runUntil(life.backgroundFetch.fetch('film', url, { downloadTotal: cut }));
  await released(world, tooLong);
  expect(kept(world)).toBe(0);
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  await world.clock.advance(300);
  await world.clock.runUntil(film.abort());
  await released(world, film);
  expect(kept(world)).toBe(0);
});

test('nothing is kept of a fetch that sends something', async () => {
  const world = givenWorld();
  const life = world.start();
  world.network.serve('https://app.test/upload', { size: 10 });
  goesAway(world);
  const upload = new Request('https://app.test/upload', { method: 'POST', body: 'once' });
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', [url, upload]));
  await released(world, film);
  expect(film.failureReason).toBe('fetch-error');
  expect(kept(world)).toBe(0);
});

test('a body with another digest than its integrity says is not kept', async () => {
  const world = givenWorld();
  const life = world.start();
  const request = new Request(url, { integrity: `sha256-${Buffer.alloc(32).toString('base64')}` });
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', request));
  await released(world, film);
  expect(film.failureReason).toBe('fetch-error');
  expect(kept(world)).toBe(0);
});

test('what is forgotten is gone', async () => {
  const world = givenWorld();
  const life = world.start();
  await fails(world, life);
  expect(await world.clock.runUntil(forgetKeptFetch(life.realm, life.host, 'film'))).toBe(true);
  await world.clock.advance(1000);
  expect(world.disk.used()).toBe(0);
  expect(await world.clock.runUntil(forgetKeptFetch(life.realm, life.host, 'film'))).toBe(false);
  expect(await succeeds(world, life)).toEqual(['all']);
});

test('it can be resumed without its requests', async () => {
  const world = givenWorld();
  const life = world.start();
  await fails(world, life);
  const film = await world.clock.runUntil(resumeKeptFetch(life.realm, life.host, 'film'));
  if (!film) throw new Error('Nothing was kept');
  expect(await world.clock.runUntil(resumeKeptFetch(life.realm, life.host, 'film'))).toBeUndefined();
  await released(world, film);
  expect(film.result).toBe('success');
});

test('a fetch that fails again goes on from what both have received', async () => {
  const world = givenWorld();
  const life = world.start();
  await fails(world, life);
  goesAway(world, 20_000);
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  await released(world, film);
  expect(film).toMatchObject({ failureReason: 'fetch-error', downloaded: cut + 20_000 });
  expect(await succeeds(world, life)).toEqual([`bytes=${cut + 20_000}-`]);
});

test('of several requests, those that were whole are stored, too', async () => {
  const world = givenWorld();
  world.network.serve('https://app.test/song', { size: 30_000 });
  const life = world.start();
  const requests = ['https://app.test/song', url];
  await fails(world, life, requests);
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', requests));
  expect(film.downloaded).toBe(30_000 + cut);
  await released(world, film);
  expect(film).toMatchObject({ result: 'success', downloaded: 30_000 + size });
});

test('a page that asks at once gets another object, and the old one stays what it was', async () => {
  const world = givenWorld();
  const life = world.start();
  const page = world.open();
  goesAway(world);
  const failed = await world.clock.runUntil(page.backgroundFetch.fetch('film', url));
  while ([...world.disk.fetches.values()][0]?.state !== 'released') await world.clock.step();
  const film = await world.clock.runUntil(page.backgroundFetch.fetch('film', url));
  expect(film).not.toBe(failed);
  expect(film).toMatchObject({ downloaded: cut, result: '', recordsAvailable: true });
  await world.clock.advance(10);
  expect(film).toMatchObject({ result: '', recordsAvailable: true });
  expect(failed).toMatchObject({ result: 'failure', recordsAvailable: false });
  expect(await world.clock.runUntil(failed.abort())).toBe(false);
  await expect(world.clock.runUntil(failed.matchAll())).rejects.toThrow('no longer available');
  await released(world, film);
  expect(film.result).toBe('success');
  expect(failed).toMatchObject({ result: 'failure', failureReason: 'fetch-error', downloaded: cut });
  expect(life.events.dispatched.map(({ name }) => name)).toEqual([
    'backgroundfetchfail',
    'backgroundfetchsuccess',
  ]);
});

test('a page that was away shows how the first one ended', async () => {
  const world = givenWorld();
  const life = world.start();
  const page = world.open();
  goesAway(world);
  const failed = await world.clock.runUntil(page.backgroundFetch.fetch('film', url));
  await world.clock.advance(100);
  page.putAway();
  while ([...world.disk.fetches.values()][0]?.state !== 'released') await world.clock.step();
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  await world.clock.advance(10);
  page.thaw();
  await world.clock.advance(10);
  expect(film.result).toBe('');
  expect(failed).toMatchObject({ failureReason: 'fetch-error', recordsAvailable: false });
  await released(world, film);
  expect(film.result).toBe('success');
});

test('a page that was away until the second one ended shows how each did', async () => {
  const world = givenWorld();
  const life = world.start();
  const page = world.open();
  goesAway(world);
  const failed = await world.clock.runUntil(page.backgroundFetch.fetch('film', url));
  await world.clock.advance(100);
  page.putAway();
  while ([...world.disk.fetches.values()][0]?.state !== 'released') await world.clock.step();
  await succeeds(world, life);
  page.thaw();
  await world.clock.advance(10);
  expect(failed).toMatchObject({ failureReason: 'fetch-error', recordsAvailable: false });
});

test('two pages that ask at once get one fetch', async () => {
  const world = givenWorld();
  const life = world.start();
  const pages = [world.open(), world.open()];
  await fails(world, life);
  const asking = Promise.allSettled(pages.map((page) => page.backgroundFetch.fetch('film', url)));
  const answers = await world.clock.runUntil(asking);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

test('one that is paused at once waits, and goes on when it is resumed', async () => {
  const world = givenWorld();
  const life = world.start();
  await fails(world, life);
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  await world.clock.runUntil(setPaused(film, true));
  await world.clock.advance(10_000);
  expect(film.downloaded).toBeLessThan(size);
  await world.clock.runUntil(setPaused(film, false));
  await released(world, film);
  expect(film.result).toBe('success');
});

test('a deletion that waits for a reader does not delete what goes on meanwhile', async () => {
  const world = givenWorld({ engine: { keepFailed: 60_000 } });
  world.network.serve('https://app.test/song', { size: 30_000 });
  world.start();
  const requests = ['https://app.test/song', url];
  const page = world.open();
  goesAway(world);
  const failed = await world.clock.runUntil(page.backgroundFetch.fetch('film', requests));
  while (failed.downloaded < 30_000) await world.clock.step();
  const record = await world.clock.runUntil(failed.match('https://app.test/song'));
  const response = await world.clock.runUntil((record as { responseReady: Promise<Response> }).responseReady);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await world.clock.runUntil(reader.read());
  await released(world, failed);
  await world.clock.advance(120_000);
  expect(kept(world)).toBe(1);
  const film = await world.clock.runUntil(page.backgroundFetch.fetch('film', requests));
  expect(film.downloaded).toBe(30_000 + cut);
  await world.clock.runUntil(reader.cancel());
  await released(world, film);
  expect(film.result).toBe('success');
});

test('what is unregistered takes what it has kept with it', async () => {
  const world = givenWorld();
  const life = world.start();
  await fails(world, life);
  await world.clock.runUntil(
    life.store.write(async (transaction) => {
      for (const { key } of await transaction.listFetches(life.registration)) transaction.deleteFetch(key);
    }),
  );
  expect(await succeeds(world, life)).toEqual(['all']);
});

test('where space runs out, what was kept goes first', async () => {
  const world = givenWorld({ capacity: cut + size - 1 });
  world.network.serve('https://app.test/song', { size });
  const life = world.start();
  await fails(world, life);
  const song = await world.clock.runUntil(life.backgroundFetch.fetch('song', 'https://app.test/song'));
  await released(world, song);
  expect(song.result).toBe('success');
  expect(world.disk.fetches.size).toBe(0);
});

test('where a downloadTotal asks for space, what was kept goes first, unless it is gone on from', async () => {
  const world = givenWorld({ capacity: size });
  const life = world.start();
  await fails(world, life);
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', url, { downloadTotal: size }));
  expect(film.downloaded).toBe(cut);
  await world.clock.runUntil(film.abort());
  await released(world, film);
  await world.clock.advance(1000);
  await fails(world, life);
  const song = life.backgroundFetch.fetch('song', url, { downloadTotal: size });
  expect((await world.clock.runUntil(song)).downloaded).toBe(0);
  const second = life.backgroundFetch.fetch('second', url, { downloadTotal: 2 * size });
  await expect(world.clock.runUntil(second)).rejects.toMatchObject({ name: 'QuotaExceededError' });
});

test('what failed for lack of space is kept for an hour at most', async () => {
  const world = givenWorld({ capacity: cut });
  const life = world.start();
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  await released(world, film);
  expect(film.failureReason).toBe('quota-exceeded');
  await world.clock.advance(hour - 60_000);
  expect(kept(world)).toBe(1);
  await world.clock.advance(60_000);
  expect(kept(world)).toBe(0);
});

test('a fetch that is tried again by the handler of the failure goes on, too', async () => {
  const world = givenWorld();
  const life = world.start();
  goesAway(world);
  const asked = world.network.requests.length;
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  life.events.on('backgroundfetchfail', async () => {
    await life.backgroundFetch.fetch('film', url);
    // what it waits for must not wait for it
    await succeeded;
  });
  await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  await world.clock.runUntil(succeeded);
  expect(rangesSince(world, asked)).toEqual(['all', `bytes=${cut}-`]);
  await world.clock.advance(1000);
  expect(world.disk.fetches.size).toBe(0);
  expect(world.disk.used()).toBe(0);
});

test('a page that tries again as soon as it sees the failure goes on, too', async () => {
  const world = givenWorld();
  const life = world.start();
  const page = world.open();
  life.events.on('backgroundfetchfail', () => world.clock.wait(10_000));
  goesAway(world);
  const asked = world.network.requests.length;
  const failed = await world.clock.runUntil(page.backgroundFetch.fetch('film', url));
  while (failed.result === '') await world.clock.step();
  const film = await world.clock.runUntil(page.backgroundFetch.fetch('film', url));
  await released(world, film);
  expect(film).toMatchObject({ result: 'success', downloaded: size });
  expect(failed).toMatchObject({ result: 'failure', downloaded: cut });
  expect(rangesSince(world, asked)).toEqual(['all', `bytes=${cut}-`]);
  await released(world, failed);
  expect(world.disk.fetches.size).toBe(0);
});

test('what may be read of a failed fetch is left to its handlers by one that is tried again', async () => {
  const world = givenWorld();
  world.network.serve('https://app.test/song', { size: 30_000 });
  const life = world.start();
  const requests = ['https://app.test/song', url];
  goesAway(world);
  const handled = new Promise<number>((resolve) => {
    life.events.on('backgroundfetchfail', async ({ key }) => {
      await life.backgroundFetch.fetch('film', requests);
      await world.clock.wait(10_000);
      resolve((await life.store.readBytes({ fetch: key, index: 0, body: 0 }, 0, 30_000))?.length ?? 0);
    });
  });
  await world.clock.runUntil(life.backgroundFetch.fetch('film', requests));
  expect(await world.clock.runUntil(handled)).toBeGreaterThan(0);
  expect(rangesSince(world, 0)).toEqual(['all', 'all', 'all', `bytes=${cut}-`]);
});

test('who reads what a failed fetch was refused gets no byte of what comes in its place', async () => {
  const world = givenWorld();
  const other = 'https://app.test/song';
  const resource = world.network.serve(other, { size: 30_000, status: 404 });
  const life = world.start();
  const requests = [other, url];
  const page = world.open();
  goesAway(world);
  const failed = await world.clock.runUntil(page.backgroundFetch.fetch('film', requests));
  while (failed.downloaded < 30_000) await world.clock.step();
  const record = await world.clock.runUntil(failed.match(other));
  const response = await world.clock.runUntil((record as { responseReady: Promise<Response> }).responseReady);
  expect(response.status).toBe(404);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await world.clock.runUntil(reader.read());
  await released(world, failed);
  resource.status = 200;
  resource.size = 60_000;
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', requests));
  expect(film.downloaded).toBe(cut);
  await released(world, film);
  expect(film.result).toBe('success');
  await expect(world.clock.runUntil(reader.read())).rejects.toThrow();
});
