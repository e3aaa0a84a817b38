import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BackgroundFetchRecord,
  type BodyKey,
  internal,
  type RecordResult,
  type StoredRecord,
} from '@background-fetch/core';
import { sampleBytes, sampleFetch, sampleRecord } from '@background-fetch/testing-contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileExistsError } from '../../src/file-exists-error.ts';
import { saveRecord } from '../../src/save-record.ts';
import { DamagedStoreError, type NodeStore, openStore } from '../../src/storage/index.ts';
import { givenDirectory } from './given.ts';

const body: BodyKey = { fetch: 'fetch-1', index: 0, body: 0 };
const large = 300_000;
let directory: string;
let remove: () => Promise<void>;
let store: NodeStore;
let target: string;

beforeEach(async () => {
  ({ path: directory, remove } = await givenDirectory());
  store = await openStore(join(directory, 'store'));
  await mkdir(join(directory, 'saved'));
  target = join(directory, 'saved', 'file.bin');
});
afterEach(async () => {
  await store.close();
  await remove();
});

/** A settled record with a body that came in these pieces. */
async function settle(
  ends: readonly number[],
  result: RecordResult = 'success',
): Promise<BackgroundFetchRecord> {
  const size = ends.at(-1) ?? 0;
  const record: StoredRecord = {
    ...sampleRecord(),
    state: 'settled',
    result,
    responseData: {
      body: 0,
      receivedAt: 0,
      coding: 'identity',
      length: size,
      lengthProven: true,
      responses: 1,
      head: {
        status: result === 'success' ? 200 : 404,
        statusText: '',
        headers: [],
        url: '',
        type: 'basic',
        redirected: false,
      },
      stored: size > 0 ? [{ start: 0, end: size }] : [],
    },
  };
  let start = 0;
  for (const end of ends) {
    const parts = [sampleBytes(start, end)];
    const staged = await store.stageBytes(body, start, parts);
    const offset = start;
    await store.write(async (transaction) => transaction.putBytes(body, offset, staged));
    start = end;
  }
  await store.write(async (transaction) => {
    transaction.putFetch(sampleFetch());
    transaction.putRecord(record);
  });
  return objectOf(record);
}

/** What `match()` would give for a record. */
function objectOf(record: StoredRecord): BackgroundFetchRecord {
  const watch = () => ({
    records: store.read((transaction) => transaction.listRecords(record.fetch)),
    changed: new Promise<void>(() => {}),
  });
  const object = {
    realm: { ports: { store }, watch },
    hold: { read: <T>(work: () => Promise<T>) => work(), lastFor: () => {} },
    record,
    request: new Request(record.request.url),
    readResponse: async () => new Response(null),
  };
  return new BackgroundFetchRecord(internal, object);
}

async function expectSaved(path: string, size: number): Promise<void> {
  expect(Buffer.compare(await readFile(path), sampleBytes(0, size))).toBe(0);
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return await promise.then(
    () => expect.fail('It did not fail'),
    (error) => error,
  );
}

describe('saveRecord()', () => {
  it('saves bodies of every size, and leaves nothing else behind', async () => {
    for (const ends of [[], [1], [65_536], [65_537], [large], [10_000, 20_000, large]]) {
      const record = await settle(ends);
      await saveRecord(record, target);
      await expectSaved(target, ends.at(-1) ?? 0);
      expect(await readdir(join(directory, 'saved'))).toEqual(['file.bin']);
      await rm(target);
      await store.write(async (transaction) => transaction.deleteFetch('fetch-1'));
    }
  });

  it('copies nothing on the file system of the store, and the file outlives the record', async () => {
    await saveRecord(await settle([large]), target);
    const [name = ''] = await readdir(join(store.directory, 'bodies'));
    expect((await stat(target)).ino).toBe((await stat(join(store.directory, 'bodies', name))).ino);
    expect((await stat(target)).mode & 0o777).toBe(0o666 & ~process.umask());
    await store.write(async (transaction) => transaction.deleteFetch('fetch-1'));
    await store.close();
    expect(await readdir(join(store.directory, 'bodies'))).toEqual([]);
    await expectSaved(target, large);
  });

  it('leaves the record readable', async () => {
    await saveRecord(await settle([10_000, large]), target);
    expect(await store.readBytes(body, 0, 5)).toEqual(Buffer.from(sampleBytes(0, 5)));
  });

  it('lets no change of the saved file be read as the record', async () => {
    const record = await settle([large]);
    await saveRecord(record, target);
    await writeFile(target, 'mine now', { flag: 'r+' });
    expect(await failureOf(store.readBytes(body, 0, 5))).toBeInstanceOf(DamagedStoreError);
    expect(await failureOf(saveRecord(record, `${target}.2`))).toBeInstanceOf(DamagedStoreError);
  });

  it('gives files that were saved twice nothing in common', async () => {
    const record = await settle([large]);
    await saveRecord(record, target);
    await saveRecord(record, `${target}.2`);
    await writeFile(`${target}.2`, 'mine now', { flag: 'r+' });
    await expectSaved(target, large);
  });

  it('replaces no file unless it may, not even a dangling link', async () => {
    const record = await settle([large]);
    await writeFile(target, 'precious');
    await symlink('nowhere', `${target}.link`);
    for (const path of [target, `${target}.link`]) {
      const error = await failureOf(saveRecord(record, path));
      expect(error).toBeInstanceOf(FileExistsError);
      expect(error.message).toContain(path);
    }
    expect(await readFile(target, 'utf8')).toBe('precious');
    await saveRecord(record, target, { overwrite: true });
    await expectSaved(target, large);
    expect((await readdir(join(directory, 'saved'))).sort()).toEqual(['file.bin', 'file.bin.link']);
  });

  it('lets one of many who want the same name have it', async () => {
    const record = await settle([large]);
    const attempts = Array.from({ length: 5 }, () =>
      saveRecord(record, target).then(
        () => 'saved',
        (error) => error,
      ),
    );
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((outcome) => outcome === 'saved')).toHaveLength(1);
    for (const outcome of outcomes) if (outcome !== 'saved') expect(outcome).toBeInstanceOf(FileExistsError);
    await expectSaved(target, large);
    expect(await readdir(join(directory, 'saved'))).toEqual(['file.bin']);
  });

  it('copies to another file system', async () => {
    const elsewhere = await mkdtemp('/dev/shm/background-fetch-').catch(() => null);
    if (!elsewhere)
      return console.warn('There is no second file system here: saving across two was not tested.');
    try {
      await saveRecord(await settle([large]), join(elsewhere, 'file'));
      await expectSaved(join(elsewhere, 'file'), large);
      expect(await readdir(elsewhere)).toEqual(['file']);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  it('saves no error page, no missing body, and nothing of others', async () => {
    const record = await settle([large], 'bad-status');
    expect(await failureOf(saveRecord(record, target))).toBeInstanceOf(TypeError);
    const other = {} as BackgroundFetchRecord;
    expect(await failureOf(saveRecord(other, target))).toBeInstanceOf(TypeError);
    await store.write(async (transaction) => transaction.deleteFetch('fetch-1'));
    const error = await failureOf(saveRecord(record, target));
    expect(error.name).toBe('InvalidStateError');
    expect(await readdir(join(directory, 'saved'))).toEqual([]);
  });

  it.each(['', '/', 'folder/', 'a\0b', 5, undefined])(
    'refuses %j, which is no path of a file',
    async (wrong) => {
      const record = await settle([1000]);
      await expect(saveRecord(record, wrong as string)).rejects.toThrow(/needs the path of a file/);
    },
  );

  it('names a folder that is not there', async () => {
    const error = await failureOf(saveRecord(await settle([large]), join(directory, 'missing', 'file')));
    expect(error.name).toBe('StoreError');
    expect(error.message).toContain(`Make ${join(directory, 'missing')}`);
  });

  it.each([true, false])(
    'is saved under two names at once as two files, each of its own; overwriting: %s',
    async (overwrite) => {
      const record = await settle([large]);
      const names = ['a', 'b', 'c'].map((name) => join(directory, 'saved', name));
      await Promise.all(names.map((name) => saveRecord(record, name, { overwrite })));
      const files = await Promise.all(names.map((name) => stat(name)));
      expect(new Set(files.map(({ ino }) => ino)).size).toBe(3);
      for (const name of names) expect(await readFile(name)).toEqual(Buffer.from(sampleBytes(0, large)));
    },
  );
});
