import type { StoreReadTransaction } from '@background-fetch/core';
import { type Life, World } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';
import { defaultRetryPolicy } from '../../../packages/core/src/transfer/retry-schedule.ts';
import type { SimulatedAnswer } from '../src/network/respond.ts';
import type { Page } from '../src/world/page.ts';

const url = 'https://app.test/film';

/** As unregistering does. */
function purge(page: Page) {
  return page.store.write(async (transaction) => {
    for (const { key } of await transaction.listFetches()) transaction.deleteFetch(key);
  });
}

function startFilm(world: World, life: Life, urls = [url]) {
  return world.clock.runUntil(life.backgroundFetch.fetch('film', urls));
}

test('a body that was cut is no success because access has expired since (seed 5720)', async () => {
  const world = new World({ network: { signalsTruncation: false } });
  const resource = world.network.serve(url, { size: 1000, declaresLength: false });
  world.network.plan(url, { kind: 'cut', after: 600 }, { kind: 'status', status: 401 });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  await startFilm(world, life);
  // the plain request decides, and it is answered
  expect(await world.clock.runUntil(succeeded)).toMatchObject({ downloaded: 1000 });
  expect(resource.status).toBe(200);
});

test('a part whose total is unknown is not taken for the rest of the body', async () => {
  const world = new World();
  world.network.serve(url, { size: 1000, declaresLength: false });
  const alter = (answer: SimulatedAnswer): SimulatedAnswer => ({
    ...answer,
    headers: [
      ...answer.headers.filter(([name]) => name !== 'content-range'),
      ['content-range', 'bytes 600-699/*'],
    ],
    content: { start: 600, end: 700 },
  });
  world.network.plan(url, { kind: 'cut', after: 600 }, { kind: 'altered', alter, what: 'a shorter part' });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  await startFilm(world, life);
  expect(await world.clock.runUntil(succeeded)).toMatchObject({ downloaded: 1000 });
});

test('a stall ends in time although the clock is set back (seed 136)', async () => {
  const world = new World();
  world.network.serve(url, { size: 1000 });
  world.network.plan(url, { kind: 'stalled', after: 600 });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  await startFilm(world, life);
  await world.clock.advance(1000);
  world.traits.clockError = -3_600_000;
  const before = world.clock.now();
  await world.clock.runUntil(succeeded);
  expect(world.clock.now() - before).toBeLessThan(200_000);
});

test('an event that was handled is not dispatched again when its release can not be stored (seed 38)', async () => {
  const world = new World();
  world.network.serve(url, { size: 1000 });
  const life = world.start();
  const succeeded = new Promise<void>((resolve) =>
    life.events.on('backgroundfetchsuccess', () => {
      life.store.failWrites('io', 'once');
      resolve();
    }),
  );
  await startFilm(world, life);
  await world.clock.runUntil(succeeded);
  await world.clock.run();
  expect(life.events.dispatched).toHaveLength(1);
  expect(world.disk.fetches.size).toBe(0);
});

test('what could not be freed is freed later (seed 775)', async () => {
  const world = new World();
  world.network.serve(url, { size: 1000 });
  const life = world.start();
  const released = new Promise<void>((resolve) => {
    world.observers.push({
      announced({ recordsAvailable }) {
        if (recordsAvailable) return;
        life.store.failWrites('io', 'once');
        resolve();
      },
    });
  });
  await startFilm(world, life);
  await world.clock.runUntil(released);
  await world.clock.run();
  expect(world.warnings).toHaveLength(1);
  expect(world.disk.bytes.size).toBe(0);
});

test('what was purged as it ended gets no event (seed 869)', async () => {
  const world = new World();
  world.network.serve(url, { size: 1000 });
  const life = world.start();
  const page = world.open();
  const purged = new Promise((resolve) => {
    world.observers.push({
      committed({ fetches }) {
        if (fetches.some(({ after }) => after?.state === 'event-owed')) resolve(purge(page));
      },
    });
  });
  await startFilm(world, life);
  await world.clock.runUntil(purged);
  await world.clock.run();
  expect(life.events.dispatched).toEqual([]);
});

test('no transfer outlives the job that a failed write has ended (seed 1809)', async () => {
  const world = new World();
  const other = 'https://app.test/song';
  for (const place of [url, other]) {
    world.network.serve(place, { size: 100_000, chunkSize: 1000, chunkInterval: 40 });
  }
  const life = world.start();
  await startFilm(world, life, [url, other]);
  await world.clock.advance(500);
  const failed = new Promise<void>((resolve) => world.observers.push({ warned: () => resolve() }));
  life.store.failWrites('io', 'once');
  await world.clock.runUntil(failed);
  const { requests } = world.network;
  const asked = requests.length;
  const stored = world.disk.used();
  await world.clock.advance(10_000);
  expect(requests).toHaveLength(asked);
  expect(world.disk.used()).toBe(stored);
});

test('a 416 that shows no length is no end of a body whose length nobody said (seed 103193)', async () => {
  const world = new World();
  world.network.serve(url, { size: 1000, declaresLength: false });
  world.network.plan(url, { kind: 'cut', after: 600 }, { kind: 'status', status: 416 });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  const film = await startFilm(world, life);
  await world.clock.runUntil(succeeded);
  expect(film.downloaded).toBe(1000);
});

test('a 416 of another, shorter version is no end of a body (seed 103281)', async () => {
  const world = new World();
  const place = 'https://cdn.test/film';
  const resource = world.network.serve(place, {
    size: 1000,
    declaresLength: false,
    hidden: ['content-range'],
  });
  world.network.plan(place, { kind: 'cut', after: 600 });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  world.observers.push({ cut: () => void Object.assign(resource, { version: 1, size: 300 }) });
  const film = await startFilm(world, life, [place]);
  await world.clock.runUntil(succeeded);
  expect(film.downloaded).toBe(300);
});

test('what was purged while its event was handled does not come back (seed 105781)', async () => {
  const world = new World();
  world.network.serve(url, { size: 1000 });
  const life = world.start();
  const page = world.open();
  const purged = new Promise<void>((resolve) => {
    life.events.on('backgroundfetchsuccess', () => purge(page).then(resolve));
  });
  await startFilm(world, life);
  await world.clock.runUntil(purged);
  const changes: unknown[] = [];
  world.observers.push({ committed: ({ fetches }) => void changes.push(...fetches) });
  await world.clock.run();
  expect(changes).toEqual([]);
});

test('a gap that a failed checkpoint left is filled where nobody said how long the body is (seed 1795437432715)', async () => {
  const options = { connections: 2, checkpointsAtOnce: 2, smallestCheckpoint: 1, checkpointSize: 50 };
  const world = new World({ engine: options });
  world.network.serve(url, { size: 10_000, chunkSize: 100, chunkInterval: 3, declaresLength: false });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  const film = await startFilm(world, life);
  await world.clock.advance(200);
  life.store.failWrites('io', 'once');
  await world.clock.runUntil(succeeded, 100_000);
  expect(film.downloaded).toBe(10_000);
});

test('a part that nobody asked for is no success, to a HEAD neither (seed 6129)', async () => {
  const world = new World();
  world.network.serve(url, { size: 1000 });
  const alter = (answer: SimulatedAnswer): SimulatedAnswer => ({ ...answer, status: 206 });
  world.network.plan(url, { kind: 'altered', alter, what: 'a part' });
  const life = world.start();
  const failed = new Promise((resolve) => life.events.on('backgroundfetchfail', resolve));
  const film = life.backgroundFetch.fetch('film', new Request(url, { method: 'HEAD' }));
  await world.clock.runUntil(film);
  expect(await world.clock.runUntil(failed)).toMatchObject({ failureReason: 'fetch-error' });
});

test('a range that fails for the last time is followed by the plain request (seed 1697)', async () => {
  const retry = { ...defaultRetryPolicy, fruitlessAttempts: 3 };
  const world = new World({ engine: { retry } });
  world.network.serve(url, { size: 1000, rangeRefusal: 'unreadable' });
  world.network.plan(url, { kind: 'cut', after: 600 });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  await startFilm(world, life);
  expect(await world.clock.runUntil(succeeded)).toMatchObject({ downloaded: 1000 });
});

test('a coded body of nothing is whole where a cut looks like an end (seed 381)', async () => {
  const world = new World({ network: { signalsTruncation: false } });
  world.network.serve(url, { size: 0, encoded: true });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  await startFilm(world, life);
  expect(await world.clock.runUntil(succeeded)).toMatchObject({ downloaded: 0 });
});

test('a request that is never answered gives back the one connection that there is (seed 3287)', async () => {
  const world = new World({ network: { connectionLimit: 1 } });
  const other = 'https://app.test/song';
  world.network.serve(url, { size: 1000 });
  world.network.serve(other, { size: 1000 });
  world.network.plan(url, { kind: 'hung' });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  const began = world.clock.now();
  await startFilm(world, life, [url, other]);
  expect(await world.clock.runUntil(succeeded)).toMatchObject({ downloaded: 2000 });
  expect(world.clock.now() - began).toBeLessThan(3_600_000);
});

test('what a host that had too much to do wants to be left alone for holds after a death (seed 7384)', async () => {
  const world = new World();
  const other = 'https://app.test/song';
  world.network.serve(url, { size: 100_000, chunkSize: 1000, chunkInterval: 100 });
  world.network.serve(other, { size: 1000 });
  const headers: [string, string][] = [['retry-after', '60']];
  world.network.plan(other, { kind: 'status', status: 503, headers });
  const life = world.start();
  await startFilm(world, life, [url, other]);
  await world.clock.advance(1000);
  life.kill();
  const again = world.start();
  const succeeded = new Promise((resolve) => again.events.on('backgroundfetchsuccess', resolve));
  const askedAt: number[] = [];
  world.observers.push({
    asked: ({ request }) => {
      if (request.url === other) askedAt.push(world.clock.now());
    },
  });
  const began = world.clock.now();
  await world.clock.runUntil(succeeded);
  expect(askedAt).toHaveLength(1);
  expect((askedAt[0] ?? 0) - began).toBeGreaterThan(58_000);
});

test('a row that was listed before its fetch was released brings no second event', async () => {
  const world = new World();
  world.network.serve(url, { size: 1000 });
  const life = world.start();
  let handled = (): void => {};
  const handling = new Promise<void>((resolve) => {
    handled = resolve;
  });
  let events = 0;
  let began = (): void => {};
  const beginning = new Promise<void>((resolve) => {
    began = resolve;
  });
  life.events.on('backgroundfetchsuccess', async () => {
    events++;
    began();
    await handling;
  });
  await startFilm(world, life);
  await world.clock.runUntil(beginning);
  // from here on, what the engine lists is a moment old when it comes to it
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { store } = life;
  const read = store.read.bind(store);
  let listed = (): void => {};
  const listing = new Promise<void>((resolve) => {
    listed = resolve;
  });
  store.read = async (work) => {
    let lists = false;
    const result = await read((transaction) =>
      work(
        new Proxy(transaction, {
          get(target, name: keyof StoreReadTransaction) {
            if (name === 'listFetches') lists = true;
            return (target[name] as (...args: unknown[]) => unknown).bind(target);
          },
        }),
      ),
    );
    if (lists) {
      listed();
      await held;
    }
    return result;
  };
  life.engine.look();
  await world.clock.runUntil(listing);
  handled();
  await world.clock.advance(60_000);
  release();
  await world.clock.advance(60_000);
  expect(events).toBe(1);
});
