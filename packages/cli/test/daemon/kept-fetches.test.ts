import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Authorities } from '../../src/daemon/authorities.ts';
import { newKeptFetch } from '../../src/daemon/kept-fetch.ts';
import { KeptFetches } from '../../src/daemon/kept-fetches.ts';

let directory: string;
let notes: KeptFetches;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kept-fetches-'));
  for (const name of ['fetches', 'authorities']) await mkdir(join(directory, name));
  const authorities = new Authorities(join(directory, 'authorities'));
  notes = new KeptFetches(join(directory, 'fetches'), join(directory, 'received'), authorities);
});
afterEach(() => rm(directory, { recursive: true }));

const kept = (key: string, title: string) =>
  newKeptFetch({
    key,
    id: key,
    token: 't',
    fingerprint: 'f',
    title,
    created: 1,
    directory: '/tmp',
    overwrite: false,
    settings: { connection: { ca: 'a certificate of many fetches' } },
    files: [],
  });

describe('notes that are written at the same time', () => {
  it('may name the same certificates', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `fetch-${index}`);
    await Promise.all(keys.map((key) => notes.write(kept(key, key))));
    expect(await notes.load(expect.unreachable)).toHaveLength(20);
    expect(await readdir(join(directory, 'authorities'))).toHaveLength(1);
  });

  it('may be of one fetch: the last one stays', async () => {
    const titles = Array.from({ length: 20 }, (_, index) => `title ${index}`);
    await Promise.all(titles.map((title) => notes.write(kept('one', title))));
    expect(await notes.load(expect.unreachable)).toMatchObject([{ title: 'title 19' }]);
  });

  it('do not come back when they are deleted', async () => {
    await Promise.all([notes.write(kept('one', 'a')), notes.delete(kept('one', 'a'))]);
    expect(await readdir(join(directory, 'fetches'))).toEqual([]);
  });
});
