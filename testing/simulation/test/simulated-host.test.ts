import { describe, expect, it } from 'vitest';
import { sampleFetch, sampleSnapshot } from '../../contracts/src/samples.ts';
import {
  MemoryBus,
  MemoryDisk,
  MemoryLocks,
  MemoryStore,
  RecordingEvents,
  SimulatedClock,
} from '../src/index.ts';

const body = { fetch: 'fetch-1', index: 0, body: 0 };

async function titleOn(disk: MemoryDisk): Promise<string | undefined> {
  const fetch = await new MemoryStore({ disk }).read((transaction) => transaction.getFetch('fetch-1'));
  return fetch?.title;
}

function write(store: MemoryStore, title: string): Promise<void> {
  return store.write(async (transaction) => transaction.putFetch(sampleFetch({ title })));
}

describe('a context that crashes', () => {
  it('leaves nothing of a write that was not committed', async () => {
    const disk = new MemoryDisk();
    const store = new MemoryStore({ disk });
    await write(store, 'before');
    store.beforeCommit = () => store.crash();
    void write(store, 'lost');
    expect(await titleOn(disk)).toBe('before');
  });

  it('leaves a committed write, though it never hears of it', async () => {
    const disk = new MemoryDisk();
    const store = new MemoryStore({ disk });
    store.afterCommit = () => store.crash();
    let heard = false;
    void write(store, 'kept').then(() => {
      heard = true;
    });
    expect(await titleOn(disk)).toBe('kept');
    expect(heard).toBe(false);
  });

  it('lets other contexts go on, even from the middle of its work', async () => {
    const disk = new MemoryDisk();
    const store = new MemoryStore({ disk });
    void store.write(async (transaction) => {
      transaction.putFetch(sampleFetch({ title: 'lost' }));
      store.crash();
      await transaction.getFetch('fetch-1');
      throw new Error('never reached');
    });
    await write(new MemoryStore({ disk }), 'other');
    expect(await titleOn(disk)).toBe('other');
  });

  it('loses its locks, those it waits for too', async () => {
    const locks = new MemoryLocks();
    const [dying, living] = [locks.connect(), locks.connect()];
    const { signal } = new AbortController();
    void dying.hold('a', signal, () => new Promise(() => {}));
    void dying.hold('a', signal, async () => expect.fail('held by the dead'));
    const next = living.hold('a', signal, async () => 'mine');
    dying.crash();
    expect(await next).toBe('mine');
  });
});

describe('a simulated disk', () => {
  it('has room for so many bytes', async () => {
    const store = new MemoryStore({ disk: new MemoryDisk(100) });
    const put = (offset: number) =>
      store.write(async (transaction) => transaction.putBytes(body, offset, [new Uint8Array(60)]));
    await put(0);
    expect(await store.spaceLeft()).toBe(40);
    await expect(put(60)).rejects.toMatchObject({ name: 'QuotaExceededError' });
    expect(await store.spaceLeft()).toBe(40);
  });

  it('refuses a transaction whose work waited for something else', async () => {
    const clock = new SimulatedClock();
    const store = new MemoryStore({ clock });
    const waiting = store.write(async (transaction) => {
      await clock.wait(10);
      transaction.putFetch(sampleFetch());
    });
    await expect(clock.runUntil(waiting)).rejects.toMatchObject({ name: 'StoreError' });
    expect(await titleOn(store.disk)).toBeUndefined();
  });

  it('commits in virtual time where that is wanted', async () => {
    const clock = new SimulatedClock();
    const store = new MemoryStore({ clock, commitDelay: 30 });
    const start = clock.now();
    await clock.runUntil(write(store, 'kept'));
    expect(clock.now() - start).toBe(30);
  });
});

describe('a frozen context', () => {
  it('is not waited for longer than the bus is patient, and hears everything when it thaws', async () => {
    const clock = new SimulatedClock();
    const bus = new MemoryBus(clock);
    const [speaker, sleeper] = [bus.connect(), bus.connect()];
    const heard: number[] = [];
    sleeper.follow('fetch-1');
    sleeper.subscribe(({ downloaded }) => void heard.push(downloaded));
    sleeper.freeze();
    const start = clock.now();
    await clock.runUntil(speaker.publishAndWait(sampleSnapshot({ downloaded: 1 })));
    expect(clock.now() - start).toBe(500);
    expect(heard).toEqual([]);
    sleeper.thaw();
    expect(heard).toEqual([1]);
  });
});

describe('recorded events', () => {
  it('are over when what their listeners returned has settled, kept or not', async () => {
    const clock = new SimulatedClock();
    const events = new RecordingEvents();
    events.on('backgroundfetchsuccess', () => clock.wait(50));
    events.on('backgroundfetchsuccess', () => {
      throw new Error('failed');
    });
    const start = clock.now();
    await clock.runUntil(events.dispatch('backgroundfetchsuccess', sampleSnapshot()));
    expect(clock.now() - start).toBe(50);
    expect(events.dispatched.map(({ name }) => name)).toEqual(['backgroundfetchsuccess']);
  });
});
