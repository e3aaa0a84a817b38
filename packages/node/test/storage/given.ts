import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@background-fetch/core';
import type { StoreUnderTest } from '@background-fetch/testing-contracts';
import type { Faults } from '../../src/storage/faults.ts';
import { type NodeStore, openStore } from '../../src/storage/index.ts';

/** A directory that is gone with the test. */
export async function givenDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'background-fetch-store-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A store on a directory of its own, seen by any number of contexts, as those of one process see theirs. */
export async function givenStoreUnderTest(): Promise<StoreUnderTest> {
  const { path, remove } = await givenDirectory();
  let failure: 'quota' | 'io' | null = null;
  const faults: Faults = (point) => {
    if (point !== 'commit' || !failure) return;
    const code = failure === 'quota' ? 'SQLITE_FULL' : 'SQLITE_IOERR_WRITE';
    failure = null;
    throw Object.assign(new Error('Arranged for a test'), { code });
  };
  let store: Promise<NodeStore> | null = null;
  let contexts = 0;
  return {
    open() {
      store ??= openStore(path, { faults });
      contexts++;
      return viewOf(store);
    },
    async close() {
      if (--contexts > 0) return;
      const closing = store;
      store = null;
      await (await closing)?.close();
    },
    dispose: remove,
    mending: {
      mend: async (_, registration) => (await store)?.mend(registration),
      async lose(_, __, left) {
        const files = (await readdir(join(path, 'bodies'))).map((name) => join(path, 'bodies', name));
        for (const file of files) await (left === 0 ? rm(file) : truncate(file, left));
      },
    },
    failNextWrite(_, how) {
      failure = how;
    },
  };
}

function viewOf(store: Promise<NodeStore>): Store {
  return {
    stageBytes: async (body, offset, parts) => (await store).stageBytes(body, offset, parts),
    read: async (work) => (await store).read(work),
    write: async (work) => (await store).write(work),
    takeRequestBody: async (request) => (await store).takeRequestBody(request),
    readRequestBody: async (fetch, index) => (await store).readRequestBody(fetch, index),
    readBytes: async (body, start, end) => (await store).readBytes(body, start, end),
    readBody: async (body, length, type) => (await store).readBody(body, length, type),
    spaceLeft: async () => (await store).spaceLeft(),
  };
}
