import { World } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';

const url = 'https://app.test/film';

test('a range that the app asked for ends although nothing shows its end (seed 349)', async () => {
  const world = new World({ network: { signalsTruncation: false } });
  world.network.serve(url, { size: 1000, ranges: 'ignored', declaresLength: false });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  const request = new Request(url, { headers: { range: 'bytes=0-99' } });
  await world.clock.runUntil(life.backgroundFetch.fetch('film', request));
  await world.clock.runUntil(succeeded, 1000);
  expect(world.network.requests).toHaveLength(1);
});
