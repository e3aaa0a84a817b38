import { appendFile, chmod, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type BodyKey, type ResponseData, StoreError } from '@background-fetch/core';
import { sampleBytes, sampleFetch, sampleRecord } from '@background-fetch/testing-contracts';
import type Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DamagedStoreError, NewerStoreError, type NodeStore, openStore } from '../../src/storage/index.ts';
import { givenDirectory } from './given.ts';

const Database = createRequire(import.meta.url)('libsql') as new (path: string) => Libsql.Database;
const body: BodyKey = { fetch: 'fetch-1', index: 0, body: 0 };
const large = 300_000;
let directory: string;
let remove: () => Promise<void>;
let open: NodeStore[];

beforeEach(async () => {
  ({ path: directory, remove } = await givenDirectory());
  open = [];
});
afterEach(async () => {
  for (const store of open) await store.close();
  await remove();
});

async function openIt(): Promise<NodeStore> {
  const store = await openStore(directory);
  open.push(store);
  return store;
}

async function putBody(store: NodeStore, key: BodyKey, size: number): Promise<void> {
  const responseData: ResponseData = {
    body: key.body,
    receivedAt: 0,
    length: null,
    lengthProven: false,
    responses: 1,
    coding: 'identity',
    head: { status: 200, statusText: '', headers: [], url: '', type: 'basic', redirected: false },
    stored: [{ start: 0, end: size }],
  };
  await store.write(async (transaction) => {
    transaction.putRecord(sampleRecord({ fetch: key.fetch, index: key.index, responseData }));
    transaction.putBytes(key, 0, [sampleBytes(0, size)]);
  });
}

async function bodyFile(): Promise<string> {
  const [name = ''] = await readdir(join(directory, 'bodies'));
  return join(directory, 'bodies', name);
}

/** Changes the rows behind the store's back. */
function tamper(sql: string): void {
  const database = new Database(join(directory, 'store.db'));
  database.exec(sql);
  database.close();
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return await promise.then(
    () => expect.fail('It did not fail'),
    (error) => error,
  );
}

describe('A database', () => {
  it('that is none is named with a way out, and left alone', async () => {
    const path = join(directory, 'store.db');
    await writeFile(path, 'this is not a database, but long enough to be looked at as one'.repeat(100));
    const before = await readFile(path);
    const error = await failureOf(openStore(directory));
    expect(error).toBeInstanceOf(DamagedStoreError);
    expect(error.message).toContain('Move store.db');
    expect(await readFile(path)).toEqual(before);
  });

  it('that was overwritten in the middle and not closed is found when it is opened', async () => {
    const store = await openIt();
    await store.write(async (transaction) => {
      for (let i = 0; i < 2000; i++) transaction.putRecord(sampleRecord({ index: i }));
    });
    await store.close();
    const path = join(directory, 'store.db');
    const pages = await readFile(path);
    expect(pages.length).toBeGreaterThan(100_000);
    pages.fill(0x5a, 8192, 90_000);
    await writeFile(path, pages);
    await writeFile(`${path}-wal`, 'the sign of a store that was not closed');
    const error = await failureOf(openStore(directory));
    expect(error).toBeInstanceOf(DamagedStoreError);
    expect(error.cause).toBeDefined();
  });

  it('that turns out to be damaged while it is read says so', async () => {
    const store = await openIt();
    await store.write(async (transaction) => {
      for (let i = 0; i < 2000; i++) transaction.putRecord(sampleRecord({ index: i }));
    });
    await store.close();
    const path = join(directory, 'store.db');
    const pages = await readFile(path);
    pages.fill(0x5a, 8192);
    await writeFile(path, pages);
    const error = await failureOf(
      openIt().then((again) => again.read((transaction) => transaction.listRecords('fetch-1'))),
    );
    expect(error).toBeInstanceOf(DamagedStoreError);
  });

  it('of a newer version is refused and left alone', async () => {
    await (await openIt()).close();
    tamper('PRAGMA user_version = 1000');
    const error = await failureOf(openStore(directory));
    expect(error).toBeInstanceOf(NewerStoreError);
    expect(error.message).toContain('1000');
  });

  it('of something else is refused and left alone', async () => {
    tamper('CREATE TABLE theirs (a)');
    const error = await failureOf(openStore(directory));
    expect(error).toBeInstanceOf(StoreError);
    expect(error.message).toContain('something else');
    tamper('INSERT INTO theirs VALUES (1)');
  });

  it('that was moved away leaves its bodies in a folder beside those of the new one', async () => {
    const store = await openIt();
    await putBody(store, body, large);
    await store.close();
    for (const name of ['store.db', 'store.db-wal', 'store.db-shm']) {
      await rm(join(directory, name), { force: true });
    }
    await openIt();
    expect(await readdir(join(directory, 'bodies'))).toEqual([]);
    expect(await readdir(join(directory, 'bodies.1'))).toHaveLength(1);
  });
});

describe('A row', () => {
  const rows = {
    'with a key that would be a prototype': `'{"schema":1,"__proto__":{"state":"settled"}}'`,
    'with such a key in disguise': `'{"schema":1,"\\u005f_proto__":{"state":"settled"}}'`,
    'that is no JSON': `'{"schema":'`,
    'that is no object': `'7'`,
    'of an unknown state': `json_set(row, '$.state', 'odd')`,
    'whose ranges are no numbers': `json_set(row, '$.responseData', json('{"body":0,"head":{"headers":[]},"stored":[{}]}'))`,
  };
  for (const [name, value] of Object.entries(rows)) {
    it(`${name} is refused, and others are read`, async () => {
      const store = await openIt();
      await store.write(async (transaction) => {
        transaction.putFetch(sampleFetch());
        for (const index of [0, 1]) transaction.putRecord(sampleRecord({ index }));
      });
      await store.close();
      tamper(`UPDATE records SET row = ${value} WHERE number = 0`);
      const again = await openIt();
      const read = (index: number) => again.read((transaction) => transaction.getRecord('fetch-1', index));
      expect(await failureOf(read(0))).toBeInstanceOf(StoreError);
      expect(await read(1)).toEqual(sampleRecord({ index: 1 }));
      expect(({} as { state?: string }).state).toBeUndefined();
    });
  }
});

describe('A body file', () => {
  it('that became shorter is read as far as it goes, and says so then', async () => {
    const store = await openIt();
    await putBody(store, body, large);
    await truncate(await bodyFile(), 100);
    expect(await store.readBytes(body, 0, large)).toEqual(Buffer.from(sampleBytes(0, 100)));
    const error = await failureOf(store.readBytes(body, 100, large));
    expect(error).toBeInstanceOf(DamagedStoreError);
    expect(error.message).toContain('Fetch the resource again');
  });

  it('that is gone fails its readers and nobody else', async () => {
    const store = await openIt();
    await putBody(store, body, large);
    const lostFile = await bodyFile();
    await putBody(store, { ...body, index: 1 }, large);
    await store.close();
    await rm(lostFile);
    const again = await openIt();
    expect(await failureOf(again.readBytes(body, 0, 10))).toBeInstanceOf(DamagedStoreError);
    expect(await again.readBytes({ ...body, index: 1 }, 0, 10)).toEqual(Buffer.from(sampleBytes(0, 10)));
  });

  it('of an active fetch is given up as far as it is lost, and can be written again', async () => {
    for (const left of [100_000, null]) {
      const key = { ...body, fetch: `fetch-${left}` };
      const store = await openIt();
      await store.write(async (transaction) => transaction.putFetch(sampleFetch({ key: key.fetch })));
      const before = new Set(await readdir(join(directory, 'bodies')));
      await putBody(store, key, large);
      await store.close();
      const name = (await readdir(join(directory, 'bodies'))).find((file) => !before.has(file)) as string;
      const file = join(directory, 'bodies', name);
      await (left === null ? rm(file) : truncate(file, left));

      const again = await openIt();
      await again.mend('https://app.test/ 1');
      const record = await again.read((transaction) => transaction.getRecord(key.fetch, 0));
      expect(record?.responseData?.stored).toEqual(left === null ? [] : [{ start: 0, end: left }]);
      expect(record?.state).toBe('waiting');
      const start = left ?? 0;
      expect(await again.readBytes(key, start, large)).toBeNull();
      const parts = [sampleBytes(start, large)];
      const staged = await again.stageBytes(key, start, parts);
      await again.write(async (transaction) => transaction.putBytes(key, start, staged));
      expect(await again.readBytes(key, large - 5, large)).toEqual(
        Buffer.from(sampleBytes(large - 5, large)),
      );
      await again.close();
    }
  });

  it('of a fetch that has ended stays as it is', async () => {
    const store = await openIt();
    const ended = { state: 'event-owed', result: 'success', deliveries: 1, lastDelivery: 5 } as const;
    await store.write(async (transaction) => transaction.putFetch(sampleFetch(ended)));
    await putBody(store, body, large);
    await truncate(await bodyFile(), 100);
    await store.mend('https://app.test/ 1');
    const record = await store.read((transaction) => transaction.getRecord('fetch-1', 0));
    expect(record?.responseData?.stored).toEqual([{ start: 0, end: large }]);
  });

  it('of a request that was changed is refused', async () => {
    const store = await openIt();
    const taken = await store.takeRequestBody(
      new Request('https://app.test/', { method: 'POST', body: sampleBytes(0, large) }),
    );
    await store.write(async (transaction) => transaction.putRequestBody('fetch-1', 0, taken));
    await appendFile(await bodyFile(), 'more');
    expect(await failureOf(store.readRequestBody('fetch-1', 0))).toBeInstanceOf(DamagedStoreError);
  });
});

describe('Bytes in the database', () => {
  it.each(["x''", "'text'", '7'])(
    'that were replaced by %s are refused, and nobody waits for them',
    async (odd) => {
      const store = await openIt();
      await putBody(store, body, 10);
      await store.close();
      tamper(`CREATE TABLE other AS SELECT * FROM bytes; DROP TABLE bytes; ALTER TABLE other RENAME TO bytes;
      UPDATE bytes SET data = ${odd}`);
      const again = await openIt();
      expect(await failureOf(again.readBytes(body, 0, 10))).toBeInstanceOf(DamagedStoreError);
    },
  );

  it.each([
    ['without its bytes', 'UPDATE requests SET data = NULL'],
    ['whose file is gone', "UPDATE requests SET file = 'gone'"],
  ])('of a request %s are refused, and not sent as an empty body', async (_, sql) => {
    const store = await openIt();
    const taken = await store.takeRequestBody(
      new Request('https://app.test/', { method: 'POST', body: 'a body' }),
    );
    await store.write(async (transaction) => transaction.putRequestBody('fetch-1', 0, taken));
    await store.close();
    tamper(sql);
    const again = await openIt();
    expect(await failureOf(again.readRequestBody('fetch-1', 0))).toBeInstanceOf(DamagedStoreError);
  });
});

describe('What a store keeps', () => {
  it('is for its owner only, even in a directory that is open to all', async () => {
    await chmod(directory, 0o755);
    const store = await openIt();
    await putBody(store, body, large);
    for (const name of ['store.db', 'store.db-wal', 'bodies']) {
      expect((await stat(join(directory, name))).mode & 0o077, name).toBe(0);
    }
    expect((await stat(await bodyFile())).mode & 0o077).toBe(0);
  });
});
