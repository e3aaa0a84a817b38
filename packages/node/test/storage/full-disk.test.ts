import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '@background-fetch/core';
import { sampleBytes, sampleFetch } from '@background-fetch/testing-contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/storage/index.ts';
import { givenDirectory } from './given.ts';

const { path, remove } = await givenDirectory();
const megabyte = 1024 * 1024;

/** Whether this user may mount a file system; mostly only root may. */
function mountSmallDisk(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('The tests of a full and of a read-only disk did not run: mounting is not allowed here.');
    return false;
  }
}

const mounted = mountSmallDisk();
const body = { fetch: 'fetch-1', index: 0, body: 0 };

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return await promise.then(
    () => expect.fail('It did not fail'),
    (error) => error,
  );
}

if (mounted) describe('A small disk', describeSmallDisk);
else it('could not be made: mounting is not allowed here', () => expect(mounted).toBe(false));

function describeSmallDisk(): void {
  const directory = join(path, 'store');
  const ballast = join(path, 'ballast');
  beforeAll(() => mkdir(directory, { recursive: true }));
  afterAll(async () => {
    execFileSync('umount', ['-l', path]);
    await remove();
  });

  it('that is full is a QuotaExceededError, keeps what it had, and goes on when there is room', async () => {
    const store = await openStore(directory);
    const parts = [sampleBytes(0, megabyte)];
    const first = await store.stageBytes(body, 0, parts);
    await store.write(async (transaction) => {
      transaction.putFetch(sampleFetch());
      transaction.putBytes(body, 0, first);
    });
    expect(await store.spaceLeft()).toBeLessThan(4 * megabyte);

    const tooMuch = [new Uint8Array(8 * megabyte)];
    const staged = await failureOf(store.stageBytes(body, megabyte, tooMuch));
    expect(staged.name).toBe('QuotaExceededError');
    expect(staged.message).toContain(directory);
    const put = await failureOf(
      store.write(async (transaction) => transaction.putBytes(body, megabyte, tooMuch)),
    );
    expect(put.name).toBe('QuotaExceededError');
    const request = new Request('https://app.test/', { method: 'POST', body: new Uint8Array(8 * megabyte) });
    expect((await failureOf(store.takeRequestBody(request))).name).toBe('QuotaExceededError');

    await fill(ballast);
    const row = store.write(async (transaction) => {
      for (let i = 0; i < 200; i++)
        transaction.putFetch(sampleFetch({ key: `other-${i}`, title: 'x'.repeat(4000) }));
    });
    expect((await failureOf(row)).name).toBe('QuotaExceededError');
    await rm(ballast);

    expect(await store.readBytes(body, megabyte, megabyte + 1)).toBeNull();
    await store.write(async (transaction) => {
      transaction.putBytes(body, megabyte, [sampleBytes(megabyte, megabyte + 100_000)]);
      transaction.putFetch(sampleFetch({ title: 'changed' }));
    });
    await store.close();
    const again = await openStore(directory);
    const fetches = await again.read((transaction) => transaction.listFetches());
    expect(fetches.map(({ title }) => title)).toEqual(['changed']);
    const bytes = await again.readBytes(body, megabyte, megabyte + 100_000);
    expect(bytes).toEqual(Buffer.from(sampleBytes(megabyte, megabyte + 100_000)));
    expect(await readdir(join(directory, 'bodies'))).toHaveLength(1);
    await again.close();
  });

  it('that bodies have filled has room for rows: what they were written for can be let go', async () => {
    const store = await openStore(join(path, 'bodies-only'));
    await store.write(async (transaction) => transaction.putFetch(sampleFetch()));
    const part = new Uint8Array(50_000);
    let end = 0;
    for (;;) {
      const staged = await store.stageBytes(body, end, [part]).catch(() => null);
      if (!staged) break;
      const offset = end;
      await store.write(async (transaction) => transaction.putBytes(body, offset, staged));
      end += part.byteLength;
    }
    expect(end).toBeGreaterThan(0);
    const titles = Array.from({ length: 50 }, () => 'x'.repeat(4000));
    await store.write(async (transaction) => {
      for (const [i, title] of titles.entries())
        transaction.putFetch(sampleFetch({ key: `other-${i}`, title }));
      transaction.deleteFetch('fetch-1');
    });
    await store.close();
    await rm(join(path, 'bodies-only'), { recursive: true });
  });

  it('that is full when a store is made there is a QuotaExceededError', async () => {
    await fill(ballast);
    expect((await failureOf(openStore(join(path, 'other')))).name).toBe('QuotaExceededError');
    await rm(ballast);
  });

  it('that is read-only is a StoreError that says what to do', async () => {
    const readOnly = await givenDirectory();
    execFileSync('mount', ['--bind', path, readOnly.path]);
    execFileSync('mount', ['-o', 'remount,bind,ro', readOnly.path]);
    try {
      for (const name of ['store', 'new']) {
        const error = await failureOf(openStore(join(readOnly.path, name)));
        expect(error).toBeInstanceOf(StoreError);
        expect(error.message).toContain('writable');
        expect(error.cause).toBeDefined();
      }
    } finally {
      execFileSync('umount', ['-l', readOnly.path]);
      await readOnly.remove();
    }
  });
}

/** Leaves no byte on the disk. */
async function fill(file: string): Promise<void> {
  let size = 64 * megabyte;
  const flag = 'a';
  while (size >= 1) {
    const failed = await writeFile(file, new Uint8Array(size), { flag }).catch((error) => error);
    if (failed) size = Math.floor(size / 2);
  }
}
