import { World } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';

const url = 'https://app.test/film';
const size = 100_000;

test('a body that takes the place of another does not exceed the downloadTotal of one', async () => {
  const world = new World();
  const resource = world.network.serve(url, { size, chunkSize: 4000 });
  world.network.plan(url, { kind: 'cut', after: 90_000 });
  const life = world.start();
  const ended = new Promise<string>((resolve) => {
    life.events.on('backgroundfetchsuccess', () => resolve('success'));
    life.events.on('backgroundfetchfail', ({ failureReason }) => resolve(failureReason));
  });
  await world.clock.runUntil(life.backgroundFetch.fetch('film', url, { downloadTotal: size }));
  await world.clock.advance(200);
  resource.version = 1;
  expect(await world.clock.runUntil(ended)).toBe('success');
});
