import { createRequire } from 'node:module';
import { join } from 'node:path';
import { StoreError } from '@background-fetch/core';
import type Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import type { BackgroundFetchEngine } from '../../src/index.ts';
import { useFaultServer } from '../network/given.ts';
import { nextBody, progressed, useEngines } from './given.ts';

const Database = createRequire(import.meta.url)('libsql') as new (path: string) => Libsql.Database;
const server = useFaultServer();
const engines = useEngines();

/** An engine whose store has two fetches under way, one of which was changed by somebody else. */
async function reopenedAfter(
  name: string,
  sql: string,
): Promise<{ engine: BackgroundFetchEngine; log: string[] }> {
  const directory = await engines.directory();
  const first = await engines.open({ directory });
  for (const id of ['broken', 'whole']) {
    const url = `${server().origin}/r/${id}-${encodeURIComponent(name)}?size=300000&attempts=stall:100000|ok`;
    const registration = await first.backgroundFetch.fetch(id, url);
    await progressed(registration, () => registration.downloaded === 100_000);
  }
  await first.close();
  const database = new Database(join(directory, 'store.db'));
  database.exec(sql);
  database.close();
  const log: string[] = [];
  return { engine: await engines.open({ directory, log: (message) => log.push(message) }), log };
}

describe('a malformed row of one fetch', () => {
  it.each([
    ['of the fetch itself', `UPDATE fetches SET row = '{"schema":1}' WHERE id = '"broken"'`],
    [
      'of its record',
      `UPDATE records SET row = '{}' WHERE fetch = (SELECT key FROM fetches WHERE id = '"broken"')`,
    ],
  ])('%s keeps no other from being completed, and is told of', async (name, sql) => {
    const { engine, log } = await reopenedAfter(name, sql);
    const { id, bytes } = await nextBody(engine);
    expect([id, bytes.byteLength]).toEqual(['whole', 300_000]);
    expect(log.join()).toMatch(/malformed and was left alone/);
    await expect(engine.backgroundFetch.get('broken')).rejects.toThrow(StoreError);
  });
});
