import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { useEngines } from '../../../node/test/engine/given.ts';
import { Authorities } from '../../src/daemon/authorities.ts';
import { newKeptFetch } from '../../src/daemon/kept-fetch.ts';
import { KeptFetches } from '../../src/daemon/kept-fetches.ts';

const engines = useEngines();
let directory: string;
let notes: KeptFetches;

beforeEach(async () => {
  directory = join(await engines.directory(), 'fetches');
  await mkdir(directory);
  const authorities = new Authorities(join(directory, '..', 'authorities'));
  notes = new KeptFetches(directory, join(directory, '..', 'received'), authorities);
});

const outcome = { reason: '', status: 200, size: 5, suggestedName: 'film.mp4' } as const;
const file = { url: 'https://a.example/film', name: null, outcome, path: null };
const good = {
  ...newKeptFetch({
    key: 'good',
    id: 'film',
    token: 't',
    fingerprint: 'f',
    title: 'Film',
    created: 1,
    directory: '/tmp',
    overwrite: false,
    settings: { jobs: 2 },
    files: [file],
  }),
  ended: { result: 'success', reason: '' },
} as const;
const bad = { ...good, key: 'bad' };

describe('a note of a fetch', () => {
  it('is read as it was written', async () => {
    await notes.write(good);
    expect(await notes.load(expect.unreachable)).toEqual([good]);
    const newer = { ...good, command: 'get', repeatable: true } as const;
    await notes.write(newer);
    expect(await notes.load(expect.unreachable)).toEqual([newer]);
  });

  it.each<[string, unknown]>([
    ['is nothing', null],
    ['is a list', []],
    ['is of another schema', { ...bad, schema: 2 }],
    ['has no files', { ...bad, files: undefined }],
    ['has a file that is none', { ...bad, files: [null] }],
    ['names a file that would lie elsewhere', { ...bad, files: [{ ...file, name: '../../.ssh/config' }] }],
    [
      'suggests a name that would lie elsewhere',
      { ...bad, files: [{ ...file, outcome: { ...outcome, suggestedName: '/etc/passwd' } }] },
    ],
    ['has a key that would lie elsewhere', { ...bad, key: '../bad' }],
    ['has the key of another', good],
    ['goes to a relative place', { ...bad, directory: 'here' }],
    ['has a result that there is not', { ...bad, ended: { result: 'odd', reason: '' } }],
    ['has a command that there is not', { ...bad, command: 'rm' }],
    ['does not say whether it can be repeated', { ...bad, repeatable: 'yes' }],
    ['has settings that are none', { ...bad, settings: { jobs: 'many' } }],
  ])('that %s is left where it is, and named, and others are read', async (_, note) => {
    await notes.write(good);
    const text = JSON.stringify(note);
    const path = join(directory, 'bad.json');
    await writeFile(path, text);
    const unreadable: string[] = [];
    const loaded = await notes.load((where, reason) => unreadable.push(`${where}: ${reason}`));
    expect(loaded).toEqual([good]);
    expect(unreadable).toEqual([expect.stringMatching(/bad\.json: TypeError: .+/)]);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it.each([
    ['that is no JSON', '{'],
    ['with a key that would be a prototype', `{"__proto__":${JSON.stringify(bad)}}`],
    ['with such a key beside the others', JSON.stringify(bad).replace('{', '{"__proto__":{"ended":null},')],
  ])('%s is left where it is, and nothing gets a prototype', async (_, text) => {
    await writeFile(join(directory, 'bad.json'), text);
    const unreadable: unknown[] = [];
    expect(await notes.load((_, reason) => unreadable.push(reason))).toEqual([]);
    expect(unreadable).toHaveLength(1);
    expect(await readdir(directory)).toEqual(['bad.json']);
    expect(({} as { ended?: unknown }).ended).toBeUndefined();
  });
});
