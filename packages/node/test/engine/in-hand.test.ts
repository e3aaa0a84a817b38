import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { BackgroundFetchRecord, BackgroundFetchRegistration, Clock } from '@background-fetch/core';
import { describe, expect, it } from 'vitest';
import type { EngineStore } from '../../src/engine-store.ts';
import { clock } from '../../src/host/clock.ts';
import { type BackgroundFetchEngine, saveRecord } from '../../src/index.ts';
import { openEngine } from '../../src/open-background-fetch.ts';
import { openStore } from '../../src/storage/index.ts';
import { until, useFaultServer } from '../network/given.ts';
import { useEngines } from './given.ts';

const server = useFaultServer();
const engines = useEngines();
const size = 300_000;
const invalidState = { name: 'InvalidStateError' };

/** On which no time for unread records ever ends. */
const patientClock: Clock = {
  ...clock,
  setTimer: (delay, callback) => (delay >= 60_000 ? () => {} : clock.setTimer(delay, callback)),
};

async function open(): Promise<{ directory: string; engine: BackgroundFetchEngine; store: EngineStore }> {
  const directory = await engines.directory();
  const opened = await openEngine({ directory }, { clock: patientClock });
  return { directory, ...opened };
}

async function start(engine: BackgroundFetchEngine, id: string): Promise<BackgroundFetchRegistration> {
  return await engine.backgroundFetch.fetch(id, `${server().origin}/r/in-hand-${id}?size=${size}`);
}

async function firstRecord(registration: BackgroundFetchRegistration): Promise<BackgroundFetchRecord> {
  const [record] = await registration.matchAll();
  if (!record) throw new Error('There is no record');
  return record;
}

/** Lets the event be handled: until somebody listens, it stays owed, and the records available. */
async function release(
  engine: BackgroundFetchEngine,
  registration: BackgroundFetchRegistration,
): Promise<void> {
  engine.onbackgroundfetchsuccess = () => {};
  await until(() => !registration.recordsAvailable);
}

async function countStored(store: EngineStore): Promise<number> {
  return (await store.read((transaction) => transaction.listFetches())).length;
}

async function untilFreed(store: EngineStore, meanwhile = (): void => {}): Promise<void> {
  while ((await countStored(store)) > 0) {
    meanwhile();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a record in hand', () => {
  it('is saved after its release, and then keeps nothing in the store', async () => {
    const { directory, engine, store } = await open();
    const registration = await start(engine, 'late');
    const record = await firstRecord(registration);
    await release(engine, registration);
    await expect(registration.matchAll()).rejects.toMatchObject(invalidState);
    const target = join(directory, 'saved');
    await saveRecord(record, target);
    expect((await readFile(target)).length).toBe(size);
    await untilFreed(store);
    await expect(saveRecord(record, `${target}.2`)).rejects.toMatchObject(invalidState);
    await engine.close();
  });

  it('keeps nothing when its handler ends, if that has saved it', async () => {
    const { directory, engine, store } = await open();
    const registration = await start(engine, 'saved');
    engine.onbackgroundfetchsuccess = (event) =>
      event.waitUntil(
        firstRecord(event.registration).then((record) => saveRecord(record, join(directory, 'saved'))),
      );
    await until(() => !registration.recordsAvailable);
    await untilFreed(store);
    await engine.close();
  });

  it('does not keep close() waiting, which frees it, and what is read after that fails and says so', async () => {
    const { directory, engine } = await open();
    const registration = await start(engine, 'closed');
    const asked = await firstRecord(registration);
    const unasked = await firstRecord(registration);
    const response = await asked.responseReady;
    await release(engine, registration);
    await engine.close();
    const closed = { ...invalidState, message: expect.stringContaining('is closed: open it again') };
    await expect(response.arrayBuffer()).rejects.toMatchObject(closed);
    await expect(unasked.responseReady).rejects.toMatchObject(invalidState);
    const store = await openStore(directory);
    expect(await countStored(store)).toBe(0);
    await store.close();
  });

  it('does not keep a process alive, which frees it before it ends', async () => {
    const directory = await engines.directory();
    const script = fileURLToPath(new URL('unread-process.ts', import.meta.url));
    const url = `${server().origin}/r/in-hand-unread?size=${size}`;
    const all = ['--conditions=source', '--import', 'tsx', script, directory, url];
    const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'inherit'] });
    const said: string[] = [];
    child.stdout.on('data', (text) => said.push(`${text}`));
    expect((await once(child, 'close'))[0]).toBe(0);
    expect(said.join('')).toBe('1 in hand\n');
    const store = await openStore(directory);
    expect(await countStored(store)).toBe(0);
    await store.close();
  });
});

describe('what the garbage collector', () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');

  /** In a function of its own, so that nothing of it stays on a stack. */
  async function takeAll(registration: BackgroundFetchRegistration): Promise<void> {
    for (const record of await registration.matchAll()) await record.responseReady;
  }

  it('took is kept no longer', async () => {
    const { engine, store } = await open();
    const registration = await start(engine, 'lost');
    await takeAll(registration);
    await release(engine, registration);
    await untilFreed(store, collect);
    await engine.close();
  });

  it('can’t take is kept: a response without its record, a copy without its original, a reader', async () => {
    const { engine, store } = await open();
    const registration = await start(engine, 'kept');
    const response = await (await firstRecord(registration)).responseReady;
    const copy = (await (await firstRecord(registration)).responseReady).clone();
    const reader = (await (await firstRecord(registration)).responseReady).body?.getReader();
    await release(engine, registration);
    for (let turn = 0; turn < 20; turn++) {
      collect();
      expect(await countStored(store)).toBe(1);
    }
    expect((await response.arrayBuffer()).byteLength).toBe(size);
    collect();
    expect((await copy.arrayBuffer()).byteLength).toBe(size);
    collect();
    let length = 0;
    for (let chunk = await reader?.read(); chunk?.value; chunk = await reader?.read())
      length += chunk.value.length;
    expect(length).toBe(size);
    await untilFreed(store, collect);
    await engine.close();
  });
});
