import { World } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';

const url = 'https://app.test/film';

/** The warnings of a fetch whose first body is cut in the middle, and whose server then has changed. */
async function warningsAfterACut(change: { version?: number; status?: number }): Promise<readonly string[]> {
  const world = new World();
  const resource = world.network.serve(url, { size: 10_000, chunkSize: 1000 });
  world.network.plan(url, { kind: 'cut', after: 5000 });
  const life = world.start();
  world.network.onCut = () => Object.assign(resource, change);
  const ended = new Promise<void>((resolve) => {
    for (const name of ['backgroundfetchsuccess', 'backgroundfetchfail'] as const)
      life.events.on(name, () => resolve());
  });
  await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  await world.clock.runUntil(ended);
  return world.warnings;
}

test('a body that begins again is told of, with what does not fit', async () => {
  const [warning, ...others] = await warningsAfterACut({ version: 1 });
  expect(others).toEqual([]);
  expect(warning).toMatch(/^https:\/\/app\.test\/film: 5000 bytes are fetched again: /);
  expect(warning).toContain('version-1');
  expect(warning).toContain('version-0');
});

test('what is kept is not said to be fetched again', async () => {
  expect(await warningsAfterACut({ status: 403 })).toEqual([]);
});

test('nothing is told of a body that goes on', async () => {
  expect(await warningsAfterACut({})).toEqual([]);
});
