import { isPaused, onPausedChange, setPaused, snapshotOf } from '@background-fetch/core';
import { World } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';

const url = 'https://app.test/film';

/** A fetch of which some has come, and the promise of its success. */
async function startFilm(world: World) {
  world.network.serve(url, { size: 200_000, chunkSize: 2000, chunkInterval: 40 });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  const moved = new Promise((resolve) => film.addEventListener('progress', resolve));
  await world.clock.runUntil(moved);
  return { film, succeeded };
}

test('a fetch goes on when it is resumed', async () => {
  const world = new World();
  const { film, succeeded } = await startFilm(world);
  await world.clock.runUntil(setPaused(film, true));
  await world.clock.advance(60_000);
  const { downloaded } = film;
  expect(snapshotOf(film).paused).toBe(true);
  expect(downloaded).toBeLessThan(200_000);
  await world.clock.advance(60_000);
  expect(film.downloaded).toBe(downloaded);
  await world.clock.runUntil(setPaused(film, false));
  await world.clock.runUntil(succeeded);
  expect(film.downloaded).toBe(200_000);
});

test('a fetch goes on when it is resumed before its requests have ended', async () => {
  const world = new World();
  world.network.serve(url, { size: 1000 });
  const { clock, network } = world;
  const fetch = network.fetch.bind(network);
  network.fetch = ({ signal }) => {
    network.fetch = fetch;
    // takes its time to notice that nobody waits for it any more
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => clock.setTimer(1000, () => reject(signal.reason)));
    });
  };
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  const film = await clock.runUntil(life.backgroundFetch.fetch('film', url));
  await clock.advance(100);
  await clock.runUntil(setPaused(film, true));
  await clock.advance(100);
  await clock.runUntil(setPaused(film, false));
  await clock.runUntil(succeeded);
  expect(film.downloaded).toBe(1000);
});

test('a fetch that is aborted while it is paused gets its event', async () => {
  const world = new World();
  world.network.serve(url, { size: 200_000, chunkSize: 2000, chunkInterval: 40 });
  const life = world.start();
  const aborted = new Promise((resolve) => life.events.on('backgroundfetchabort', resolve));
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  await world.clock.runUntil(setPaused(film, true));
  await world.clock.runUntil(film.abort());
  await world.clock.runUntil(aborted);
  expect(film.failureReason).toBe('aborted');
});

test('a fetch of several ranges that is paused while it waits to try again asks for nothing', async () => {
  const world = new World({ engine: { connections: 3, pieceSize: 1000 } });
  world.network.serve(url, { size: 10_000, headers: [['accept-ranges', 'bytes']], rangeRefusal: 500 });
  const life = world.start();
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  while ([...world.disk.records.values()][0]?.state !== 'backing-off') await world.clock.step();
  let asked = 0;
  world.observers.push({ asked: () => asked++ });
  await world.clock.runUntil(setPaused(film, true));
  await world.clock.advance(600_000);
  expect(asked).toBe(0);
});

test('a state that was told before a pause is not taken for one from after it', async () => {
  const world = new World();
  world.network.serve(url, { size: 200_000, chunkSize: 2000, chunkInterval: 40 });
  const life = world.start();
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  const heard: boolean[] = [];
  onPausedChange(film, (paused) => heard.push(paused));
  const running = snapshotOf(film);
  await world.clock.runUntil(setPaused(film, true));
  const paused = snapshotOf(film);
  // an engine that has not looked at the store yet tells of bytes that have come
  life.clientPorts.announcements.publish({ ...running, downloaded: 1000 });
  expect([isPaused(film), film.downloaded]).toEqual([true, 1000]);
  await world.clock.runUntil(setPaused(film, false));
  life.clientPorts.announcements.publish({ ...paused, downloaded: 2000 });
  expect([isPaused(film), film.downloaded]).toEqual([false, 2000]);
  expect(heard).toEqual([true, false]);
});

test('a pause that ended before the engine saw it leaves every context with what is stored', async () => {
  const world = new World();
  // nothing else changes for a minute
  world.network.serve(url, { size: 200_000, chunkSize: 2000, chunkInterval: 60_000 });
  const life = world.start();
  const film = await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  await world.clock.advance(10_000);
  const told: (number | undefined)[] = [];
  world.observers.push({ announced: ({ pauses }) => told.push(pauses) });
  await world.clock.runUntil(Promise.all([setPaused(film, true), setPaused(film, false)]));
  await world.clock.advance(1000);
  expect(told).toEqual([2]);
  expect(isPaused(film)).toBe(false);
});
