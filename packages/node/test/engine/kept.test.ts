import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackgroundFetchRegistration } from '@background-fetch/core';
import { describe, expect, it } from 'vitest';
import type { BackgroundFetchEngine } from '../../src/index.ts';
import { type MortalServer, useMortalServer } from '../mortal-server.ts';
import { nextBody, progressed, useEngines } from './given.ts';

const size = 20 * 2 ** 20;
const received = 19 * 2 ** 20;
const engines = useEngines();
const server = useMortalServer(size);
/** A server that is gone is given up at the second attempt. */
const retry = {
  fruitlessAttempts: 2,
  firstDelay: 20,
  unansweredRetries: 1,
  unansweredWithin: 20,
  outage: 100,
  firstAnswer: 100,
};

async function open(directory: string, keepFailed?: number): Promise<BackgroundFetchEngine> {
  const engine = await engines.open({ directory, retry, keepFailed, connections: 1 });
  for (const name of ['backgroundfetchfail', 'backgroundfetchabort', 'backgroundfetchsuccess'] as const)
    engine.addEventListener(name, () => {});
  return engine;
}

/** The server is killed when all but the last part is stored, and stays away until the fetch has failed. */
async function fails(engine: BackgroundFetchEngine, mortal: MortalServer): Promise<void> {
  await mortal.start();
  mortal.diesAfter = received;
  const film = await engine.backgroundFetch.fetch('film', mortal.url);
  await progressed(film, () => film.downloaded === received);
  await mortal.kill();
  await released(film);
  expect(film).toMatchObject({ failureReason: 'fetch-error', downloaded: received });
}

/** Until nobody finds its records any more, of which no event tells. */
async function released(registration: BackgroundFetchRegistration): Promise<void> {
  while (registration.recordsAvailable) await new Promise((resolve) => setImmediate(resolve));
}

async function bodies(directory: string): Promise<number> {
  return (await readdir(join(directory, 'bodies'))).length;
}

async function untilBodies(directory: string, count: number): Promise<void> {
  while ((await bodies(directory)) !== count) await new Promise((resolve) => setImmediate(resolve));
}

describe('a fetch whose server was gone', () => {
  it('goes on from what it had when resume() is called, in the next process, too', async () => {
    const directory = await engines.directory();
    const first = await open(directory);
    await fails(first, server());
    await first.close();
    expect(await bodies(directory)).toBe(1);
    const second = await open(directory);
    await server().start();
    const body = nextBody(second);
    await second.resume('film');
    const film = await second.backgroundFetch.get('film');
    expect(film?.downloaded).toBeGreaterThanOrEqual(received);
    expect(Buffer.compare((await body).bytes, server().content)).toBe(0);
    expect(server().ranges.at(-1)).toBe(`bytes=${received}-`);
    await untilBodies(directory, 0);
  });

  it('goes on when the same is fetched again, and from 0 when something else is', async () => {
    const engine = await open(await engines.directory());
    await fails(engine, server());
    await server().start();
    const body = nextBody(engine);
    await engine.backgroundFetch.fetch('film', server().url);
    expect(Buffer.compare((await body).bytes, server().content)).toBe(0);
    expect(server().ranges.at(-1)).toBe(`bytes=${received}-`);
    await server().kill();
    await fails(engine, server());
    await server().start();
    const other = nextBody(engine);
    await engine.backgroundFetch.fetch('film', `${server().url}?other`);
    await other;
    expect(server().ranges.at(-1)).toBe('');
  });

  it('is found by resume() only until it is forgotten', async () => {
    const directory = await engines.directory();
    const engine = await open(directory);
    await expect(engine.resume('film')).rejects.toMatchObject({ name: 'InvalidStateError' });
    await fails(engine, server());
    expect(await engine.forget('film')).toBe(true);
    expect(await engine.forget('film')).toBe(false);
    await expect(engine.resume('film')).rejects.toMatchObject({ name: 'InvalidStateError' });
    await untilBodies(directory, 0);
  });

  it('leaves nothing where nothing is to be kept', async () => {
    const directory = await engines.directory();
    const engine = await open(directory, 0);
    await fails(engine, server());
    await expect(engine.resume('film')).rejects.toMatchObject({ name: 'InvalidStateError' });
    await untilBodies(directory, 0);
  });

  it('is kept for as long as keepFailed says', async () => {
    const directory = await engines.directory();
    const engine = await open(directory, 300);
    await fails(engine, server());
    await untilBodies(directory, 0);
    await expect(engine.resume('film')).rejects.toMatchObject({ name: 'InvalidStateError' });
  });

  it('goes on from what is left where somebody has cut its file off meanwhile', async () => {
    const { truncate } = await import('node:fs/promises');
    const directory = await engines.directory();
    const first = await open(directory);
    await fails(first, server());
    await first.close();
    const [file] = await readdir(join(directory, 'bodies'));
    await truncate(join(directory, 'bodies', file as string), 2 ** 20);
    const second = await open(directory);
    await server().start();
    const body = nextBody(second);
    await second.resume('film');
    expect(Buffer.compare((await body).bytes, server().content)).toBe(0);
    expect(server().ranges.at(-1)).toBe(`bytes=${2 ** 20}-`);
  });

  it('takes no number of ms that is none', async () => {
    const directory = await engines.directory();
    await expect(engines.open({ directory, keepFailed: -1 })).rejects.toThrow('"keepFailed"');
  });
});
