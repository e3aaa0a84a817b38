import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BackgroundFetchRecord,
  type BodyKey,
  openBackgroundFetch,
  StoreError,
  saveRecord,
} from '@background-fetch/node';
import { type FaultServer, startFaultServer } from '@background-fetch/testing-fault-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MemoryStore } from '../src/memory-store.ts';

let server: FaultServer;
let directory: string;
beforeAll(async () => {
  server = await startFaultServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'odd-store-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** One that reads as its own kind of mistake makes it. */
class OddStore extends MemoryStore {
  readonly #read: (start: number, end: number) => Uint8Array;

  constructor(read: (start: number, end: number) => Uint8Array) {
    super();
    this.#read = read;
  }

  override async readBytes(_body: BodyKey, start: number, end: number): Promise<Uint8Array> {
    return this.#read(start, end);
  }
}

/** What comes of using the record of a file that was fetched into a store. */
async function useRecord<T>(
  store: MemoryStore,
  use: (record: BackgroundFetchRecord) => Promise<T>,
): Promise<T> {
  const engine = await openBackgroundFetch({ store });
  const used = new Promise<T>((resolve, reject) => {
    engine.onbackgroundfetchsuccess = (event) => {
      const using = event.registration.matchAll().then(([record]) => use(record as BackgroundFetchRecord));
      using.then(resolve, reject);
      event.waitUntil(using.catch(() => {}));
    };
  });
  try {
    await engine.backgroundFetch.fetch('file', `${server.origin}/r/odd?size=1000`);
    return await used;
  } finally {
    await engine.close();
  }
}

describe.each<[string, (start: number, end: number) => Uint8Array]>([
  ['nothing', () => new Uint8Array()],
  [
    'nothing after the first half',
    (start, end) => new Uint8Array(start < 500 ? Math.min(end, 500) - start : 0),
  ],
  ['more than was asked for', (start, end) => new Uint8Array(end - start + 1)],
])('a store that reads %s', (_name, read) => {
  it('fails a response, which is no shorter or longer one', async () => {
    const body = useRecord(new OddStore(read), async (record) => (await record.responseReady).arrayBuffer());
    await expect(body).rejects.toThrow('readBytes() resolved with');
  });

  it('fails a save, which leaves no file', async () => {
    const saved = useRecord(new OddStore(read), (record) => saveRecord(record, join(directory, 'file')));
    const error: unknown = await saved.catch((reason) => reason);
    expect(error).toBeInstanceOf(StoreError);
    expect(String(error)).toContain('readBytes() resolved with');
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('a store', () => {
  it('that lends a shorter body fails a save', async () => {
    const store = Object.assign(new MemoryStore(), {
      lendBody: async () => ({ kind: 'bytes', bytes: new Uint8Array(3) }) as const,
    });
    const saved = useRecord(store, (record) => saveRecord(record, join(directory, 'file')));
    await expect(saved).rejects.toThrow('a body of 1000 bytes, and lendBody() gave 3');
    expect(await readdir(directory)).toEqual([]);
  });

  it('whose record was released meanwhile says so, as that of a directory does', async () => {
    const store = Object.assign(new MemoryStore(), { readBytes: async () => null });
    const saved = useRecord(store, (record) => saveRecord(record, join(directory, 'file')));
    await expect(saved).rejects.toMatchObject({ name: 'InvalidStateError' });
  });

  it('that can not be closed is free for the next engine all the same', async () => {
    const close = (): never => {
      throw new Error('on purpose');
    };
    const store = Object.assign(new MemoryStore(), { close });
    const engine = await openBackgroundFetch({ store });
    await expect(engine.close()).rejects.toThrow('on purpose');
    await expect((await openBackgroundFetch({ store })).close()).rejects.toThrow('on purpose');
  });
});

it('a store whose put… is async is told so, and nothing is taken for stored', async () => {
  class AsyncStore extends MemoryStore {
    override write: MemoryStore['write'] = (work) =>
      super.write((transaction) =>
        work(Object.assign(transaction, { putBytes: () => Promise.reject(new Error('no room')) as never })),
      );
  }
  const said: string[] = [];
  let tell = (): void => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const log = (message: string): void => {
    said.push(message);
    tell();
  };
  const engine = await openBackgroundFetch({ store: new AsyncStore(), log });
  let ended = false;
  engine.onbackgroundfetchsuccess = () => {
    ended = true;
  };
  await engine.backgroundFetch.fetch('file', `${server.origin}/r/async?size=1000`);
  await told;
  await engine.close();
  expect(said.join('\n')).toMatch(/putBytes\(\) of the store returned a promise/);
  expect(ended).toBe(false);
});
