import { World } from '@background-fetch/testing-simulation';
import { describe, expect, it } from 'vitest';

/** Fetches so many files, each of which takes so many ms, of a host that bears so many requests at a time. */
async function fetchFrom(
  host: { readonly bears: number; readonly status: number; readonly linger: number },
  files: number,
  duration: number,
): Promise<{ readonly result: string; readonly requests: number; readonly took: number }> {
  const world = new World({ engine: { concurrency: 6, connectionsPerOrigin: 16 } });
  const urls = Array.from({ length: files }, (_, index) => `https://mirror.test/file-${index}`);
  for (const url of urls)
    world.network.serve(url, { size: 100, latency: 1, chunkSize: 10, chunkInterval: duration / 10 });
  const origin = world.network.origin('https://mirror.test/');
  origin.bears = host.bears;
  origin.refusal = { status: host.status, headers: [] };
  origin.linger = host.linger;
  const life = world.start();
  const ended = new Promise<string>((resolve) => {
    life.events.on('backgroundfetchsuccess', () => resolve('success'));
    life.events.on('backgroundfetchfail', ({ failureReason }) => resolve(failureReason));
  });
  const began = world.clock.now();
  await world.clock.runUntil(life.backgroundFetch.fetch('files', urls));
  const result = await world.clock.runUntil(ended);
  return { result, requests: world.network.requests.length, took: world.clock.now() - began };
}

describe('a mirror that refuses what is too much for it with a 403', () => {
  it.each([
    [1, 0, 8, 4000],
    [1, 500, 8, 4000],
    [2, 100, 20, 2000],
    [3, 100, 12, 2000],
    [1, 0, 5, 45_000],
    [1, 500, 5, 45_000],
    [3, 0, 12, 45_000],
    [2, 1000, 20, 10_000],
  ])(
    'gives all, bearing %i, which lingers for %i ms: %i files of %i ms',
    async (bears, linger, files, duration) => {
      const { result, requests, took } = await fetchFrom({ bears, linger, status: 403 }, files, duration);
      expect(result).toBe('success');
      expect(requests).toBeLessThan(4 * files);
      expect(took).toBeLessThan(3 * (files / bears) * (duration + linger) + 10_000);
    },
  );
});
