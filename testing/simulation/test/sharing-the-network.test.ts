import { World } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';

test('the next record is asked for while the last bytes of this one become durable', async () => {
  const world = new World({ engine: { concurrency: 1 } });
  const urls = Array.from({ length: 30 }, (_, index) => `https://app.test/small-${index}`);
  for (const url of urls) world.network.serve(url, { size: 100, latency: 1 });
  const life = world.start();
  let commits = 0;
  life.store.beforeCommit = () => commits++;
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  await world.clock.runUntil(life.backgroundFetch.fetch('records', urls, { title: 'Records' }));
  await world.clock.runUntil(succeeded);
  // else each record would have a transaction of its own
  expect(commits).toBeLessThan(urls.length);
});

test('the next request is made once the last byte of a body has come, before its stream says that it has ended', async () => {
  const world = new World({ engine: { concurrency: 1 } });
  const urls = ['https://app.test/first', 'https://app.test/second'];
  for (const url of urls)
    world.network.serve(url, { size: 100, chunkSize: 100, latency: 0, chunkInterval: 1000 });
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  await world.clock.runUntil(life.backgroundFetch.fetch('files', urls, { title: 'Files' }));
  await world.clock.runUntil(succeeded);
  const [first, second] = world.network.requests;
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBe(1000);
});

test.each([
  [{}, 4],
  [{ connectionsPerOrigin: 2 }, 2],
  [{ connectionsPerOrigin: 2, briskConnectionsPerOrigin: 5 }, 5],
])(
  'bodies that are over within a moment have as many requests at a time as may be: %o',
  async (engine, most) => {
    const world = new World({ engine: { concurrency: 6, ...engine } });
    const urls = Array.from({ length: 30 }, (_, index) => `https://app.test/small-${index}`);
    for (const url of urls) world.network.serve(url, { size: 100, latency: 10 });
    let underWay = 0;
    let seen = 0;
    world.observers.push({
      asked: () => {
        seen = Math.max(seen, ++underWay);
      },
      ended: () => {
        underWay--;
      },
    });
    const life = world.start();
    const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
    await world.clock.runUntil(life.backgroundFetch.fetch('files', urls));
    await world.clock.runUntil(succeeded);
    expect(seen).toBe(most);
  },
);
