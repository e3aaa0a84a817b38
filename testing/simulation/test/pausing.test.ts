import { setPaused, snapshotOf } from '@background-fetch/core';
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

test('a fetch goes on when it is resumed before it has come to rest', async () => {
  const world = new World();
  const { film, succeeded } = await startFilm(world);
  for (let i = 0; i < 3; i++) {
    await world.clock.runUntil(Promise.all([setPaused(film, true), setPaused(film, false)]));
  }
  await world.clock.runUntil(succeeded);
  expect(film.downloaded).toBe(200_000);
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
