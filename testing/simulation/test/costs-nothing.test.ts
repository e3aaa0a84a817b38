import { setPaused } from '@background-fetch/core';
import { World } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';

const day = 24 * 60 * 60_000;

/** What a day costs when a background fetch of so many records is paused. */
async function pausedDay(records: number) {
  const world = new World();
  const urls = Array.from({ length: records }, (_, index) => `https://app.test/${index}`);
  for (const url of urls) world.network.serve(url, { size: 200_000, chunkSize: 2000, chunkInterval: 40 });
  const life = world.start();
  const fetch = await world.clock.runUntil(life.backgroundFetch.fetch('films', urls));
  await world.clock.advance(1000);
  await world.clock.runUntil(setPaused(fetch, true));
  await world.clock.advance(60_000);
  const spent = { timers: 0, commits: 0, requests: 0 };
  const setTimer = world.clock.setTimer.bind(world.clock);
  world.clock.setTimer = (delay, callback) => {
    spent.timers++;
    return setTimer(delay, callback);
  };
  world.observers.push({
    asked: () => void spent.requests++,
    committed: () => void spent.commits++,
  });
  await world.clock.advance(day);
  const idle = { ...spent };
  await world.clock.runUntil(setPaused(fetch, false));
  await world.clock.advance(1000);
  return { idle, resumed: spent };
}

test.each([1, 100, 1000])(
  'a background fetch of %i records that is paused for a day costs nothing',
  async (records) => {
    const { idle, resumed } = await pausedDay(records);
    expect(idle).toEqual({ timers: 0, commits: 0, requests: 0 });
    // what is counted is counted
    expect(resumed.timers).toBeGreaterThan(0);
    expect(resumed.commits).toBeGreaterThan(0);
    expect(resumed.requests).toBeGreaterThan(0);
  },
);

/** What a day without a network costs. */
async function offlineDay(urls: readonly string[]) {
  const world = new World();
  for (const url of urls) world.network.serve(url, { size: 1000 });
  world.connectivity.setOnline(false);
  const life = world.start();
  const succeeded = new Promise((resolve) => life.events.on('backgroundfetchsuccess', resolve));
  await world.clock.runUntil(life.backgroundFetch.fetch('films', [...urls]));
  const spent = { timers: 0, commits: 0, requests: 0 };
  const setTimer = world.clock.setTimer.bind(world.clock);
  world.observers.push({
    asked: () => void spent.requests++,
    committed: () => void spent.commits++,
  });
  await world.clock.advance(60_000);
  const first = { ...spent };
  world.clock.setTimer = (delay, callback) => {
    spent.timers++;
    return setTimer(delay, callback);
  };
  await world.clock.advance(day);
  const { timers, commits, requests } = spent;
  world.connectivity.setOnline(true);
  await world.clock.runUntil(succeeded);
  return { first, timers, commits: commits - first.commits, requests: requests - first.requests };
}

/** every five minutes, and a little more often at the start */
const probesOfADay = (24 * 60) / 5 + 10;

test.each([1, 20, 1000])('%i records that are offline for a day are asked for as one is', async (records) => {
  const urls = Array.from({ length: records }, (_, index) => `https://app.test/${index}`);
  const { first, timers, commits, requests } = await offlineDay(urls);
  // a commit may be of several records
  expect(first.commits).toBeGreaterThan(0);
  expect(first.commits).toBeLessThanOrEqual(records + 1);
  expect(commits).toBe(0);
  expect(requests).toBeGreaterThan(200);
  expect(requests).toBeLessThanOrEqual(probesOfADay);
  // that of the next turn, and those of an attempt
  expect(timers).toBeLessThanOrEqual(4 * probesOfADay);
});

test('each origin is asked for by itself', async () => {
  const urls = Array.from({ length: 90 }, (_, index) => `https://app-${index % 3}.test/${index}`);
  const { requests } = await offlineDay(urls);
  expect(requests).toBeGreaterThan(3 * 200);
  expect(requests).toBeLessThanOrEqual(3 * probesOfADay);
});

test('a background fetch that is paused is not told of again whenever others begin', async () => {
  const world = new World();
  const film = 'https://app.test/film';
  world.network.serve(film, { size: 200_000, chunkSize: 2000, chunkInterval: 40 });
  const life = world.start();
  const resting = await world.clock.runUntil(life.backgroundFetch.fetch('resting', film));
  await world.clock.advance(1000);
  await world.clock.runUntil(setPaused(resting, true));
  await world.clock.runUntil(life.backgroundFetch.fetch('first', film));
  await world.clock.advance(60_000);
  const told: string[] = [];
  world.observers.push({ announced: ({ id }) => void told.push(id) });
  for (const id of ['second', 'third']) {
    await world.clock.runUntil(life.backgroundFetch.fetch(id, film));
    await world.clock.advance(60_000);
  }
  expect(told).toContain('third');
  expect(told).not.toContain('resting');
});
