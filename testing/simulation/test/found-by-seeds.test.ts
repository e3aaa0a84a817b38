import { type Life, World } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';

const url = 'https://app.test/film';

function startFilm(world: World, life: Life, urls = [url]) {
  return world.clock.runUntil(life.backgroundFetch.fetch('film', urls));
}

test('a body that was cut is no success because access has expired since (seed 5720)', async () => {
  const world = new World({ network: { signalsTruncation: false } });
  const resource = world.network.serve(url, { size: 1000, declaresLength: false });
  world.network.plan(url, { kind: 'cut', after: 600 }, { kind: 'status', status: 401 });
  const life = world.start();
  const failed = new Promise((resolve) => life.events.on('backgroundfetchfail', resolve));
  await startFilm(world, life);
  expect(await world.clock.runUntil(failed)).toMatchObject({ failureReason: 'bad-status' });
  expect(resource.status).toBe(200);
});
