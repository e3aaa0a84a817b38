import {
  type BackgroundFetchRecord,
  type BackgroundFetchRegistration,
  getInstance,
} from '@background-fetch/core';
import { World } from '@background-fetch/testing-simulation';
import { describe, expect, test } from 'vitest';
import type { Page } from '../src/world/page.ts';
import type { Worker } from '../src/world/worker.ts';

const url = 'https://app.test/film';
const size = 1000;
const minute = 60_000;
const invalidState = { name: 'InvalidStateError' };

interface Cinema {
  readonly world: World;
  readonly worker: Worker;
  readonly page: Page;
  readonly registration: BackgroundFetchRegistration;
}

/** A page that has started a background fetch of so many films, which goes on for a second. */
async function open(films = 1, world = new World()): Promise<Cinema> {
  const urls = Array.from({ length: films }, (_, index) => (index ? `${url}-${index}` : url));
  for (const place of urls) world.network.serve(place, { size, chunkSize: 100, chunkInterval: 100 });
  const [worker, page] = [world.start(), world.open()];
  const registration = await world.clock.runUntil(page.backgroundFetch.fetch('films', urls));
  return { world, worker, page, registration };
}

async function released({ world, registration }: Cinema): Promise<void> {
  while (registration.recordsAvailable) await world.clock.step();
  // whatever else is to be done at once
  await world.clock.advance(1000);
}

async function matchFirst({ world, registration }: Cinema): Promise<BackgroundFetchRecord> {
  const [record] = await world.clock.runUntil(registration.matchAll());
  return record as BackgroundFetchRecord;
}

function lengthOf({ world }: Cinema, response: Response): Promise<number> {
  return world.clock.runUntil(response.arrayBuffer().then(({ byteLength }) => byteLength));
}

/** What a handler that runs in the worker does with all records. */
function handle(
  { worker }: Cinema,
  work: (records: readonly BackgroundFetchRecord[]) => unknown,
): Promise<void> {
  return new Promise((resolve) => {
    worker.events.on('backgroundfetchsuccess', async (snapshot) => {
      await work(await getInstance(worker.realm, worker.host, snapshot).matchAll());
      resolve();
    });
  });
}

describe('a response in hand', () => {
  test('is read whole after the release, and its bytes go when it is', async () => {
    const cinema = await open();
    const { world, registration } = cinema;
    const record = await matchFirst(cinema);
    const response = await world.clock.runUntil(record.responseReady);
    await released(cinema);
    expect(world.disk.bytes.size).toBe(1);
    await expect(world.clock.runUntil(registration.matchAll())).rejects.toMatchObject(invalidState);
    expect(await lengthOf(cinema, response)).toBe(size);
    await world.clock.settle();
    await world.clock.advance(10);
    expect(world.disk.bytes.size).toBe(0);
    expect(world.disk.fetches.size).toBe(0);
  });

  test('is kept for nobody once it is cancelled', async () => {
    const cinema = await open();
    const { world } = cinema;
    const response = await world.clock.runUntil((await matchFirst(cinema)).responseReady);
    await released(cinema);
    expect(world.disk.bytes.size).toBe(1);
    await response.body?.cancel();
    await world.clock.advance(10);
    expect(world.disk.bytes.size).toBe(0);
  });

  test('that was cloned is kept until both copies are read', async () => {
    const cinema = await open();
    const { world } = cinema;
    const response = await world.clock.runUntil((await matchFirst(cinema)).responseReady);
    const copy = response.clone();
    await released(cinema);
    expect(await lengthOf(cinema, copy)).toBe(size);
    expect(await lengthOf(cinema, response)).toBe(size);
    await world.clock.advance(10);
    expect(world.disk.bytes.size).toBe(0);
  });

  test('lasts for as long as the transfer, and ten minutes more without a read', async () => {
    const cinema = await open();
    const { world, worker } = cinema;
    const response = await world.clock.runUntil((await matchFirst(cinema)).responseReady);
    const handler = new Promise<void>((resolve) => {
      worker.events.on('backgroundfetchsuccess', () => world.clock.wait(60 * minute).then(resolve));
    });
    await world.clock.runUntil(handler);
    await released(cinema);
    await world.clock.advance(9 * minute);
    expect(world.disk.bytes.size).toBe(1);
    await world.clock.advance(minute);
    expect(world.disk.bytes.size).toBe(0);
    await expect(lengthOf(cinema, response)).rejects.toMatchObject(invalidState);
  });

  test('lasts for as long as somebody reads it now and then', async () => {
    const cinema = await open();
    const { world } = cinema;
    const response = await world.clock.runUntil((await matchFirst(cinema)).responseReady);
    await released(cinema);
    const reader = response.body?.getReader();
    let read = 0;
    for (;;) {
      await world.clock.advance(9 * minute - 1);
      const chunk = await world.clock.runUntil(reader?.read() ?? Promise.reject());
      if (chunk.done) break;
      read += chunk.value.byteLength;
    }
    expect(read).toBe(size);
    await world.clock.advance(10);
    expect(world.disk.bytes.size).toBe(0);
  });

  test('without a body keeps nothing', async () => {
    const world = new World();
    const cinema = await open(1, world);
    world.network.serve(url, { size, status: 204 });
    const other = await world.clock.runUntil(cinema.page.backgroundFetch.fetch('empty', url));
    const [record] = await world.clock.runUntil(other.matchAll());
    const response = await world.clock.runUntil(record?.responseReady ?? Promise.reject());
    expect(response.status).toBe(204);
    await released({ ...cinema, registration: other });
    expect(world.disk.fetches.size).toBe(0);
  });

  test('of a fetch that is aborted rejects with an AbortError, and keeps nothing', async () => {
    const cinema = await open();
    const { world, registration } = cinema;
    const response = await world.clock.runUntil((await matchFirst(cinema)).responseReady);
    const reading = expect(response.text()).rejects.toMatchObject({ name: 'AbortError' });
    await world.clock.runUntil(registration.abort());
    await released(cinema);
    await reading;
    await world.clock.advance(10);
    expect(world.disk.bytes.size).toBe(0);
  });
});

describe('a record in hand', () => {
  test('gives its response after the release', async () => {
    const cinema = await open();
    const record = await matchFirst(cinema);
    await released(cinema);
    const response = await cinema.world.clock.runUntil(record.responseReady);
    expect(await lengthOf(cinema, response)).toBe(size);
  });

  test('that was matched while the event was handled gives it, too', async () => {
    const cinema = await open();
    const { world, worker } = cinema;
    let end = (): void => {};
    const handled = new Promise<void>((resolve) => {
      worker.events.on('backgroundfetchsuccess', () => {
        resolve();
        return new Promise<void>((resolve) => {
          end = resolve;
        });
      });
    });
    await world.clock.runUntil(handled);
    const record = await matchFirst(cinema);
    end();
    await released(cinema);
    expect(await lengthOf(cinema, await world.clock.runUntil(record.responseReady))).toBe(size);
  });

  test('whose response nobody asks for lasts a minute', async () => {
    const cinema = await open();
    const { world } = cinema;
    const record = await matchFirst(cinema);
    await released(cinema);
    await world.clock.advance(minute - 2000);
    expect(world.disk.bytes.size).toBe(1);
    await world.clock.advance(2000);
    expect(world.disk.bytes.size).toBe(0);
    await expect(record.responseReady).rejects.toMatchObject(invalidState);
  });

  test('shares one lock with all others of its fetch, each of which is read when it is wanted', async () => {
    const cinema = await open(110);
    const { world, registration } = cinema;
    const shared: string[] = [];
    const { lock } = cinema.page;
    const share = lock.share.bind(lock);
    lock.share = (name, holder) => {
      shared.push(name);
      return share(name, holder);
    };
    const records = await world.clock.runUntil(registration.matchAll());
    await released(cinema);
    expect(shared).toHaveLength(1);
    for (const record of [...records].reverse()) {
      const response = await world.clock.runUntil(record.responseReady);
      expect(await lengthOf(cinema, response)).toBe(size);
    }
    await world.clock.advance(10);
    expect(world.disk.bytes.size).toBe(0);
  });

  test('of a page that is killed keeps nothing', async () => {
    const cinema = await open();
    await matchFirst(cinema);
    await released(cinema);
    expect(cinema.world.disk.bytes.size).toBe(1);
    cinema.page.kill();
    await cinema.world.clock.advance(10);
    expect(cinema.world.disk.bytes.size).toBe(0);
  });

  test('is given up in time although the engine died as it released the records', async () => {
    const cinema = await open();
    const { world, worker } = cinema;
    await matchFirst(cinema);
    const died = new Promise<void>((resolve) => {
      world.observers.push({
        committed({ fetches }) {
          if (!fetches.some(({ after }) => after?.state === 'released')) return;
          worker.kill();
          resolve();
        },
      });
    });
    await world.clock.runUntil(died);
    world.start();
    await world.clock.advance(minute + 1000);
    expect(world.disk.fetches.size).toBe(0);
    expect(cinema.registration.recordsAvailable).toBe(false);
  });
});

describe('in the worker', () => {
  test('a handler that reads all leaves nothing behind when it ends', async () => {
    const cinema = await open(3);
    const handled = handle(cinema, (records) =>
      Promise.all(records.map(async (record) => (await record.responseReady).arrayBuffer())),
    );
    await cinema.world.clock.runUntil(handled);
    await cinema.world.clock.advance(50);
    expect(cinema.registration.recordsAvailable).toBe(false);
    expect(cinema.world.disk.bytes.size).toBe(0);
  });

  test('a record that a handler left unread is readable for five seconds', async () => {
    const cinema = await open(2);
    const { world } = cinema;
    const kept: BackgroundFetchRecord[] = [];
    await world.clock.runUntil(handle(cinema, (records) => kept.push(...records)));
    await world.clock.advance(4000);
    const [first, second] = kept as [BackgroundFetchRecord, BackgroundFetchRecord];
    expect(await lengthOf(cinema, await world.clock.runUntil(first.responseReady))).toBe(size);
    await world.clock.advance(1100);
    expect(world.disk.bytes.size).toBe(0);
    await expect(second.responseReady).rejects.toMatchObject(invalidState);
  });

  test('a Blob that needs its row keeps it for five seconds', async () => {
    const world = new World();
    world.traits.store = { ...world.traits.store, blobsOutlast: false };
    const cinema = await open(1, world);
    const handled = handle(cinema, async ([record]) => void (await record?.responseReady));
    await world.clock.runUntil(handled);
    await world.clock.advance(4000);
    expect(world.disk.bytes.size).toBe(1);
    await world.clock.advance(1100);
    expect(world.disk.bytes.size).toBe(0);
  });

  test('a stream from before the end is read after it', async () => {
    const cinema = await open();
    const { world, worker } = cinema;
    const found = await world.clock.runUntil(worker.backgroundFetch.get('films'));
    const [record] = await world.clock.runUntil(found?.matchAll() ?? Promise.reject());
    const response = await world.clock.runUntil(record?.responseReady ?? Promise.reject());
    await released(cinema);
    await world.clock.advance(9 * minute);
    expect(await lengthOf(cinema, response)).toBe(size);
    await world.clock.advance(10);
    expect(world.disk.bytes.size).toBe(0);
  });
});

test('what nothing leads to any more is kept no longer', async () => {
  const world = new World();
  const collected: (() => void)[] = [];
  world.traits.onCollected = (_target, callback) => void collected.push(callback);
  const cinema = await open(2, world);
  await world.clock.runUntil(cinema.registration.matchAll());
  await released(cinema);
  expect(world.disk.bytes.size).toBe(2);
  // whoever is told of twice was collected once
  for (const callback of [...collected, ...collected]) callback();
  await world.clock.advance(10);
  expect(world.disk.bytes.size).toBe(0);
});
