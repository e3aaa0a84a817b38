import { expect, it } from 'vitest';
import type { BackgroundFetchEngine } from '../../src/index.ts';
import { useOddServers } from '../network/odd-upload-server.ts';
import { useEngines } from './given.ts';

const engines = useEngines();
const serve = useOddServers();
const size = 3_000_000;

function failureOf(engine: BackgroundFetchEngine): Promise<string> {
  return new Promise((resolve) => {
    engine.addEventListener('backgroundfetchfail', ({ registration }) => resolve(registration.failureReason));
  });
}

it('fails at once an upload whose final answer was lost with its resource, says why, and sends nothing again', async () => {
  const server = await serve(async (asked) => {
    if (asked.method === 'HEAD') return asked.answer(410);
    asked.announce('/files/0');
    await asked.read();
    asked.cut();
  });
  const errors: unknown[] = [];
  const options = { directory: await engines.directory(), retry: { firstDelay: 1 } };
  const engine = await engines.open({ ...options, onFailure: ({ error }) => errors.push(error) });
  const failed = failureOf(engine);
  const body = new Uint8Array(size);
  await engine.backgroundFetch.fetch('up', new Request(server.url, { method: 'POST', body }));
  expect(await failed).toBe('fetch-error');
  expect(server.methods).toEqual(['POST', 'HEAD']);
  expect(server.received).toBe(size);
  expect(`${errors.at(-1)}`).toMatch(/nobody knows what came of it/);
});

it.each([409, 500])(
  'asks as often as it retries, and sends no more than two bodies, where parts get a %s for ever',
  async (status) => {
    const server = await serve(async (asked) => {
      if (asked.method === 'POST') return asked.answer(201, { location: '/files/0' });
      if (asked.method === 'HEAD') return asked.answer(200, { 'upload-offset': '0' });
      await asked.read();
      asked.answer(status);
    });
    const retry = { firstDelay: 1, fruitlessAttempts: 8 };
    const engine = await engines.open({ directory: await engines.directory(), uploads: 'tus', retry });
    const failed = failureOf(engine);
    const body = new Uint8Array(size);
    await engine.backgroundFetch.fetch('up', new Request(server.url, { method: 'POST', body }));
    expect(await failed).toBe('fetch-error');
    // the first attempt got further than any before it
    expect(server.methods.filter((method) => method === 'HEAD')).toHaveLength(9);
    expect(server.received).toBeLessThanOrEqual(2 * size);
  },
);

it('fails an upload whose server refuses all that takes the place of its resource with what that says', async () => {
  const server = await serve(({ method, answer }) =>
    method === 'POST' ? answer(201, { location: '/files/0' }) : answer(404),
  );
  const engine = await engines.open({ directory: await engines.directory(), uploads: 'tus' });
  const failed = failureOf(engine);
  await engine.backgroundFetch.fetch('up', new Request(server.url, { method: 'POST', body: 'all' }));
  expect(await failed).toBe('bad-status');
  expect(server.methods).toEqual(Array(4).fill(['POST', 'HEAD']).flat());
});
