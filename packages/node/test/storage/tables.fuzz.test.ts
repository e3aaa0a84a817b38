import { cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { noRetries, type ResponseData, StoreError } from '@background-fetch/core';
import { sampleBytes, sampleFetch, sampleRecord } from '@background-fetch/testing-contracts';
import fc from 'fast-check';
import type Libsql from 'libsql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NodeStore, openStore } from '../../src/storage/index.ts';
import { givenDirectory } from './given.ts';

const Database = createRequire(import.meta.url)('libsql') as new (path: string) => Libsql.Database;

const tables: Readonly<Record<string, readonly string[]>> = {
  counters: ['name', 'value'],
  generations: ['scope', 'generation'],
  fetches: ['key', 'registration', 'id', 'position', 'row'],
  records: ['fetch', 'number', 'settled', 'request', 'row'],
  requests: ['fetch', 'number', 'size', 'file', 'data'],
  bodies: ['fetch', 'number', 'body', 'file', 'lent'],
  bytes: ['fetch', 'number', 'body', 'start', 'length', 'data'],
};
const columns = Object.entries(tables).flatMap(([table, names]) => names.map((name) => ({ table, name })));
const column = fc.constantFrom(...columns);
const table = fc.constantFrom(...Object.keys(tables));
const value = fc.constantFrom(
  ...[
    'NULL',
    '-1',
    '0',
    '0.5',
    '9007199254740993',
    "''",
    "'x'",
    "x'00ff'",
    "'../../x'",
    `'"x"'`,
    "'{}'",
    '1e400',
  ],
);

/** What somebody else, or another version, may have done to a database. */
const damage = fc.oneof(
  { weight: 2, arbitrary: table.map((name) => `DROP TABLE ${name}`) },
  { weight: 2, arbitrary: table.map((name) => `ALTER TABLE ${name} ADD COLUMN more TEXT`) },
  {
    weight: 3,
    arbitrary: column.map(({ table, name }) => `ALTER TABLE ${table} RENAME COLUMN ${name} TO was_${name}`),
  },
  // the tables again, without their types and constraints: then every column can hold anything
  {
    weight: 6,
    arbitrary: fc
      .tuple(column, value)
      .map(([{ table, name }, odd]) =>
        [
          `CREATE TABLE other AS SELECT * FROM ${table}`,
          `DROP TABLE ${table}`,
          `ALTER TABLE other RENAME TO ${table}`,
        ]
          .concat(`UPDATE ${table} SET ${name} = ${odd}`)
          .join(';'),
      ),
  },
  fc.integer({ min: -2, max: 3 }).map((version) => `PRAGMA user_version = ${version}`),
  fc.constantFrom(0, 1, 0x42674674).map((id) => `PRAGMA application_id = ${id}`),
);

const body = { fetch: 'fetch-1', index: 0, body: 0 };
const large = 70_000;
const responseData: ResponseData = {
  body: 0,
  receivedAt: 0,
  length: null,
  lengthProven: false,
  responses: 1,
  coding: 'identity',
  head: { status: 200, statusText: '', headers: [], url: '', type: 'basic', redirected: false },
  stored: [{ start: 0, end: large }],
};

async function fill(directory: string): Promise<void> {
  const store = await openStore(directory);
  const upload = new Request('https://app.test/', { method: 'POST', body: 'a body' });
  const taken = await store.takeRequestBody(upload);
  await store.write(async (transaction) => {
    transaction.putGeneration('https://app.test/', '1');
    transaction.putFetch(sampleFetch({ order: await transaction.nextOrder() }));
    transaction.putRecord(sampleRecord({ responseData }));
    transaction.putRequestBody('fetch-1', 0, taken);
    transaction.putBytes(body, 0, [sampleBytes(0, large)]);
  });
  await store.close();
}

/** Everything that the core asks of a store; each answer is one that it may get. */
function questions(store: NodeStore): (() => Promise<unknown>)[] {
  const registration = 'https://app.test/ 1';
  const parts = [sampleBytes(0, 10)];
  return [
    async () => {
      const generation = await store.read((transaction) => transaction.getGeneration('https://app.test/'));
      expect(['string', 'undefined']).toContain(typeof generation);
    },
    async () => {
      for (const fetch of await store.read((transaction) => transaction.listFetches(registration)))
        expect(typeof fetch.id).toBe('string');
    },
    () => store.read((transaction) => transaction.findFetches(registration, 'film')),
    async () => {
      for (const record of await store.read((transaction) => transaction.listRecords('fetch-1')))
        expect(record.retries).toEqual(noRetries);
    },
    async () => {
      const bytes = await store.readBytes(body, 0, large);
      if (bytes) expect(Buffer.compare(bytes, sampleBytes(0, bytes.byteLength))).toBe(0);
    },
    async () => {
      const read = await store.readRequestBody('fetch-1', 0);
      if (read) expect(await (read.value as Blob).text()).toHaveLength(read.size);
    },
    () => store.mend(registration),
    () => store.write(async (transaction) => void (await transaction.nextOrder())),
    () =>
      store.write(async (transaction) => {
        transaction.putFetch(sampleFetch({ key: 'fetch-2' }));
        transaction.putRecord(sampleRecord({ fetch: 'fetch-2' }));
        transaction.putBytes({ ...body, fetch: 'fetch-2' }, 0, parts);
      }),
    () => store.write(async (transaction) => transaction.deleteBytes(body)),
    () => store.write(async (transaction) => transaction.deleteFetch('fetch-1')),
  ];
}

/** Rejections that the store's callers are told of, and nothing else. */
async function refusedOrDone(action: () => Promise<unknown>): Promise<boolean> {
  return await action().then(
    () => true,
    (error) => {
      expect(error).toBeInstanceOf(StoreError);
      return false;
    },
  );
}

describe('a database that somebody changed', () => {
  let template: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ path: template, remove } = await givenDirectory());
    await fill(template);
  });
  afterAll(() => remove());

  test('is refused, or answers each question rightly or with an error that says what is wrong', async () => {
    let opened = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 2 }), async (statements) => {
        const { path, remove } = await givenDirectory();
        try {
          await cp(template, path, { recursive: true });
          const database = new Database(join(path, 'store.db'));
          // the second may not go together with the first
          for (const statement of statements)
            await Promise.resolve(statement)
              .then((sql) => database.exec(sql))
              .catch(() => {});
          database.close();
          let store: NodeStore | undefined;
          await refusedOrDone(async () => {
            store = await openStore(path);
          });
          if (!store) return;
          opened++;
          for (const question of questions(store)) if (!(await refusedOrDone(question))) refused++;
          await store.close();
        } finally {
          await remove();
        }
      }),
      { numRuns: 60 },
    );
    expect(opened).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(10);
  });
});
