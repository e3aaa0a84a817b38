import { World } from '@background-fetch/testing-simulation';
import { expect, test, vi } from 'vitest';
import { MemoryLock } from '../src/host/memory-lock.ts';

const url = 'https://app.test/film';

test('a fetch whose write failed once goes on by itself', async () => {
  const world = new World();
  world.network.serve(url, { size: 100_000, chunkSize: 2000, chunkInterval: 40 });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  await world.clock.advance(500);
  life.store.failWrites('io', 'once');
  await world.clock.runUntil(succeeded);
  expect(world.warnings).toHaveLength(1);
});

test('a write that failed leaves no timer that goes on for ever', async () => {
  const world = new World({ engine: { checkpointInterval: 100 } });
  world.network.serve(url, { size: 10_000, chunkSize: 5000, chunkInterval: 40 });
  const life = world.start();
  await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  await world.clock.advance(50);
  life.store.failWrites('io', 'once');
  await world.clock.run(1000);
  expect(world.warnings).toHaveLength(1);
});

test('an engine that could not ask for its lock asks again', async () => {
  const failure = new DOMException('The lock manager is away', 'UnknownError');
  vi.spyOn(MemoryLock.prototype, 'hold').mockRejectedValueOnce(failure);
  const world = new World();
  world.network.serve('https://app.test/film', { size: 1000 });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  await world.clock.runUntil(life.backgroundFetch.fetch('film', 'https://app.test/film'));
  await world.clock.runUntil(succeeded);
  expect(world.warnings).toEqual([expect.stringContaining("The engine can't run for a minute")]);
});
