import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { BodyKey, ResponseData } from '@background-fetch/core';
import { sampleBytes, sampleFetch, sampleRecord } from '@background-fetch/testing-contracts';
import type Libsql from 'libsql';
import { beforeEach, describe, expect, it } from 'vitest';
import { DamagedStoreError, openStore } from '../../src/storage/index.ts';
import { useEngines } from '../engine/given.ts';
import { useFaultServer } from '../network/given.ts';

const Database = createRequire(import.meta.url)('libsql') as new (path: string) => Libsql.Database;
const server = useFaultServer();
const engines = useEngines();
const body: BodyKey = { fetch: 'fetch-1', index: 0, body: 0 };
const size = 300_000;
let directory: string;

beforeEach(async () => {
  directory = await engines.directory();
});

/** Changes the rows behind the store's back. */
function tamper(sql: string): void {
  const database = new Database(join(directory, 'store.db'));
  database.exec(sql);
  database.close();
}

/** The row of the one record of the fetch "bad". */
function badRow(): unknown {
  const database = new Database(join(directory, 'store.db'));
  const rows = database
    .prepare(`SELECT row FROM records WHERE fetch = (SELECT key FROM fetches WHERE id = '"bad"')`)
    .all([]);
  database.close();
  return rows;
}

async function putBody(): Promise<void> {
  const store = await openStore(directory);
  const responseData: ResponseData = {
    body: 0,
    receivedAt: 0,
    length: null,
    lengthProven: false,
    responses: 1,
    coding: 'identity',
    head: { status: 200, statusText: '', headers: [], url: '', type: 'basic', redirected: false },
    stored: [{ start: 0, end: size }],
  };
  await store.write(async (transaction) => {
    transaction.putFetch(sampleFetch());
    transaction.putRecord(sampleRecord({ responseData }));
    transaction.putBytes(body, 0, [sampleBytes(0, size)]);
  });
  await store.close();
}

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  return await work().then(
    () => expect.fail('It did not fail'),
    (error) => error,
  );
}

describe('a row that names a file elsewhere as one of a body', () => {
  const names = { 'above the store': '../victim', absolute: '', 'in the store': '../store.db' };

  it.each(Object.entries(names))('%s has it neither read, nor cut, nor removed', async (_, name) => {
    await putBody();
    const victim = join(directory, 'victim');
    await writeFile(victim, 'x'.repeat(2 * size));
    tamper(`UPDATE bodies SET file = '${name || victim}'; UPDATE records SET settled = 1`);
    const store = await openStore(directory);
    expect(await failureOf(() => store.readBytes(body, 0, size))).toBeInstanceOf(DamagedStoreError);
    expect(await failureOf(() => store.lendBody(body, size))).toBeInstanceOf(DamagedStoreError);
    await store.write(async (transaction) => transaction.deleteFetch(body.fetch));
    await store.close();
    expect((await readFile(victim)).length).toBe(2 * size);
    await (await openStore(directory)).close();
  });

  it('keeps the store from being opened while the body grows, and says what to do', async () => {
    await putBody();
    const victim = join(directory, 'victim');
    await writeFile(victim, 'x'.repeat(2 * size));
    tamper(`UPDATE bodies SET file = '../victim'`);
    const error = await failureOf(() => openStore(directory));
    expect(error).toBeInstanceOf(DamagedStoreError);
    expect(String(error)).toMatch(/"\.\.\/victim" is no file of a body in .*Move store\.db away/);
    expect((await readFile(victim)).length).toBe(2 * size);
  });
});

describe('an engine', () => {
  it.each([
    ['malformed', `'{"schema":1,"__proto__":{"state":"settled"}}'`],
    ['of an unknown state', `json_set(row, '$.state', 'odd')`],
  ])('goes on with other fetches when a record of one is %s, and leaves that as it is', async (_, row) => {
    const first = await engines.open({ directory });
    const url = (key: string) => `${server().origin}/r/${key}?size=1000&hold=1`;
    await first.backgroundFetch.fetch('bad', url('bad'));
    await first.backgroundFetch.fetch('good', url('good'));
    await first.close();
    tamper(`UPDATE records SET row = ${row} WHERE fetch = (SELECT key FROM fetches WHERE id = '"bad"')`);
    const left = badRow();
    expect(left).toHaveLength(1);
    const logged: string[] = [];
    const second = await engines.open({ directory, log: (message) => logged.push(message) });
    const done = new Promise((resolve) => {
      second.onbackgroundfetchsuccess = ({ registration }) => resolve(registration.id);
    });
    await server().log.waitFor((entry) => entry.key === 'good' && entry.waiting);
    await fetch(`${server().origin}/control/good`, { method: 'POST', body: '{"release":true}' });
    expect(await done).toBe('good');
    expect(logged.join()).toMatch(/malformed and was left alone/);
    expect(({} as { state?: string }).state).toBeUndefined();
    await second.close();
    expect(badRow()).toEqual(left);
  });
});
