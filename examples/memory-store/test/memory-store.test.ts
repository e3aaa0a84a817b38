import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BackgroundFetchEngine,
  type BackgroundFetchRecord,
  openBackgroundFetch,
  StoreInUseError,
  saveRecord,
} from '@background-fetch/node';
import { storeContract } from '@background-fetch/testing-contracts';
import { expectedSha256, type FaultServer, startFaultServer } from '@background-fetch/testing-fault-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MemoryStore } from '../src/memory-store.ts';

storeContract(
  'the example in memory',
  async () => {
    const store = new MemoryStore();
    return { open: () => store, close: () => {}, dispose: () => {} };
  },
  { describe, it, beforeEach, afterEach },
  { blobs: false },
);

const size = 3_000_000;
let server: FaultServer;
let directory: string;
beforeAll(async () => {
  server = await startFaultServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'memory-store-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** What `use` makes of the record of the next background fetch that succeeds. */
function nextRecord<T>(
  engine: BackgroundFetchEngine,
  use: (record: BackgroundFetchRecord) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    engine.onbackgroundfetchsuccess = (event) => {
      const used = event.registration.matchAll().then(([record]) => use(record as BackgroundFetchRecord));
      used.then(resolve, reject);
      event.waitUntil(used);
    };
    engine.onbackgroundfetchfail = (event) => reject(new Error(event.registration.failureReason));
  });
}

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

describe('an engine on a store in memory', () => {
  it('completes a body that is cut, and saves it', async () => {
    const engine = await openBackgroundFetch({ store: new MemoryStore(), retry: { firstDelay: 10 } });
    const path = join(directory, 'film');
    const saved = nextRecord(engine, (record) => saveRecord(record, path));
    await engine.backgroundFetch.fetch(
      'film',
      `${server.origin}/r/film?size=${size}&attempts=cut:1000000|ok`,
    );
    await saved;
    await engine.close();
    expect(await sha256(path)).toBe(await expectedSha256({ key: 'film', version: 1, size }));
    expect(server.log.of('film')).toHaveLength(2);
  });

  it('goes on with what an earlier engine has left', async () => {
    const store = new MemoryStore();
    const url = `${server.origin}/r/left?size=${size}&attempts=stall:2000000|ok`;
    const first = await openBackgroundFetch({ store });
    const fetch = await first.backgroundFetch.fetch('left', url);
    await new Promise<void>((resolve) => {
      fetch.onprogress = () => fetch.downloaded >= 1_000_000 && resolve();
    });
    await first.close();
    const second = await openBackgroundFetch({ store });
    const body = nextRecord(second, async (record) => (await record.responseReady).arrayBuffer());
    const digest = createHash('sha256')
      .update(new Uint8Array(await body))
      .digest('hex');
    await second.close();
    expect(digest).toBe(await expectedSha256({ key: 'left', version: 1, size }));
  });

  it('sends a body that the store has kept', async () => {
    const engine = await openBackgroundFetch({ store: new MemoryStore() });
    const sent = nextRecord(engine, async (record) => (await record.responseReady).status);
    const request = new Request(`${server.origin}/upload/sent`, { method: 'POST', body: 'a photo' });
    await engine.backgroundFetch.fetch('sent', request);
    expect(await sent).toBe(200);
    await engine.close();
  });

  it('is the only one that has it', async () => {
    const store = new MemoryStore();
    const engine = await openBackgroundFetch({ store });
    await expect(openBackgroundFetch({ store })).rejects.toBeInstanceOf(StoreInUseError);
    await engine.close();
    await (await openBackgroundFetch({ store })).close();
  });

  it.each<[string, object, RegExp]>([
    ['neither a directory nor a store', {}, /"directory"/],
    ['both', { directory: 'x', store: new MemoryStore() }, /both/],
    ['what is no store', { store: {} }, /no read, write, takeRequestBody/],
    ['a wait for a store', { store: new MemoryStore(), wait: true }, /"wait"/],
  ])('is not opened with %s', async (_name, options, message) => {
    const opening = openBackgroundFetch(options as Parameters<typeof openBackgroundFetch>[0]);
    const error: unknown = await opening.catch((reason) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(message);
  });
});
