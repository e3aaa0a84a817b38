import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type HostBytes, StoreError } from '@background-fetch/core';
import { sampleBytes, sampleFetch } from '@background-fetch/testing-contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NodeStore, openStore } from '../../src/storage/index.ts';
import { givenDirectory } from './given.ts';

const body = { fetch: 'fetch-1', index: 0, body: 0 };
const size = 200_000;
let directory: string;
let remove: () => Promise<void>;
let store: NodeStore;

beforeEach(async () => {
  ({ path: directory, remove } = await givenDirectory());
  store = await openStore(directory);
});
afterEach(async () => {
  await store.close();
  await remove();
});

function put(offset: number, bytes: readonly Uint8Array[] | HostBytes): Promise<void> {
  return store.write(async (transaction) => transaction.putBytes(body, offset, bytes));
}

function pieces(count: number): { offset: number; parts: Uint8Array[] }[] {
  return Array.from({ length: count }, (_, i) => ({
    offset: i * size,
    parts: [sampleBytes(i * size, (i + 1) * size)],
  }));
}

describe('Bytes that are staged', () => {
  it('count only when a transaction has put them', async () => {
    const parts = [sampleBytes(0, size)];
    const staged = await store.stageBytes(body, 0, parts);
    expect(await store.readBytes(body, 0, size)).toBeNull();
    await put(0, staged);
    expect(await store.readBytes(body, 0, size)).toEqual(Buffer.from(sampleBytes(0, size)));
  });

  it('are staged in the order of the calls, many at once, into one file', async () => {
    const order: number[] = [];
    const all = pieces(8);
    await Promise.all(
      all.map(({ offset, parts }) =>
        store.stageBytes(body, offset, parts).then((staged) => {
          order.push(offset);
          return put(offset, staged);
        }),
      ),
    );
    expect(order).toEqual(all.map(({ offset }) => offset));
    const names = await readdir(join(directory, 'bodies'));
    expect(names).toHaveLength(1);
    expect((await stat(join(directory, 'bodies', names[0] as string))).size).toBe(8 * size);
    for (const { offset, parts } of all) {
      expect(await store.readBytes(body, offset, offset + size)).toEqual(Buffer.from(parts[0] as Uint8Array));
    }
  });

  it('of a transaction that failed are there for its repetition', async () => {
    const parts = [sampleBytes(0, size)];
    const staged = await store.stageBytes(body, 0, parts);
    const failed = store.write(async (transaction) => {
      transaction.putBytes(body, 0, staged);
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await store.readBytes(body, 0, size)).toBeNull();
    await put(0, staged);
    expect(await store.readBytes(body, 0, size)).toEqual(Buffer.from(sampleBytes(0, size)));
  });

  it('leave nothing in the file when they fail, however many fail at once', async () => {
    await put(0, [sampleBytes(0, size)]);
    await store.close();
    store = await openStore(directory, {
      faults: (point) => {
        if (point !== 'synced') return;
        throw Object.assign(new Error('Arranged for a test'), { code: 'ENOSPC', syscall: 'write' });
      },
    });
    const failed = pieces(8)
      .slice(1)
      .map(({ offset, parts }) => store.stageBytes(body, offset, parts));
    for (const { status } of await Promise.allSettled(failed)) expect(status).toBe('rejected');
    const [name] = await readdir(join(directory, 'bodies'));
    expect((await stat(join(directory, 'bodies', name as string))).size).toBe(size);
  });

  it('and were overwritten by others since are written again when they are put', async () => {
    const first = await store.stageBytes(body, 0, [sampleBytes(0, size)]);
    const second = await store.stageBytes(body, 0, [new Uint8Array(size)]);
    await put(0, first);
    expect(await store.readBytes(body, 0, size)).toEqual(Buffer.from(sampleBytes(0, size)));
    await expect(put(0, second)).rejects.toBeInstanceOf(StoreError);
    expect(await store.readBytes(body, 0, size)).toEqual(Buffer.from(sampleBytes(0, size)));
  });

  it('to a body that was deleted before they were put go to a file of its own', async () => {
    await put(0, await store.stageBytes(body, 0, [sampleBytes(0, size)]));
    const next = await store.stageBytes(body, size, [sampleBytes(size, 2 * size)]);
    await store.write(async (transaction) => {
      transaction.deleteBytes(body);
      transaction.putBytes(body, size, next);
    });
    expect(await store.readBytes(body, 0, size)).toBeNull();
    expect(await store.readBytes(body, size, 2 * size)).toEqual(Buffer.from(sampleBytes(size, 2 * size)));
  });
});

describe('Transactions that share a commit', () => {
  it('fail alone', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 9 }, (_, i) =>
        store.write(async (transaction) => {
          transaction.putFetch(sampleFetch({ key: `fetch-${i}`, order: i }));
          await transaction.getFetch('fetch-0');
          if (i % 3 === 1) throw new Error('changed my mind');
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(3);
    const fetches = await store.read((transaction) => transaction.listFetches());
    expect(fetches.map(({ order }) => order)).toEqual([0, 2, 3, 5, 6, 8]);
  });

  it('end if their work waits for something else, and let the next one go on', async () => {
    for (const mode of ['read', 'write'] as const) {
      const waiting = store[mode](() => new Promise<never>(() => {}));
      await expect(waiting).rejects.toBeInstanceOf(StoreError);
    }
    await store.write(async (transaction) => transaction.putFetch(sampleFetch()));
    expect(await store.read((transaction) => transaction.listFetches())).toHaveLength(1);
  });

  it('are refused after a log that could not be made durable, and so are reads', async () => {
    const other = await givenDirectory();
    let failing = false;
    const faults = (point: string): void => {
      if (failing && point === 'log')
        throw Object.assign(new Error('Arranged'), { code: 'EIO', syscall: 'fdatasync' });
    };
    const broken = await openStore(other.path, { faults });
    failing = true;
    const write = () =>
      broken.write(async (transaction) => transaction.putFetch(sampleFetch({ title: 'new' })));
    await expect(write()).rejects.toBeInstanceOf(StoreError);
    failing = false;
    await expect(write()).rejects.toBeInstanceOf(StoreError);
    await expect(broken.read((transaction) => transaction.listFetches())).rejects.toBeInstanceOf(StoreError);
    await broken.close();
    await other.remove();
  });
});
