import { chmod, lchown, link, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { useEngines } from '../../../node/test/engine/given.ts';
import { Authorities } from '../../src/daemon/authorities.ts';
import { type KeptFetch, newKeptFetch } from '../../src/daemon/kept-fetch.ts';
import { KeptFetches } from '../../src/daemon/kept-fetches.ts';
import { placeFile } from '../../src/daemon/place-files.ts';
import { saveFiles } from '../../src/daemon/save-files.ts';

/** A directory into which everybody may write, and from which nobody may take the files of others. */
const nobody = 65534;
const isRoot = process.getuid?.() === 0;
const needsRoot = 'only root can make files of another user';
const engines = useEngines();
/** On another file system than the store, so that files are copied: their bytes are there under a temporary name. */
const elsewhere = stat('/dev/shm').then(
  () => '/dev/shm',
  () => undefined,
);
let shared: string;
let store: KeptFetches;
let fetch: KeptFetch;

beforeEach(async () => {
  shared = await engines.directory(await elsewhere);
  await chmod(shared, 0o1777);
  const directory = await engines.directory();
  await mkdir(join(directory, 'fetches'));
  store = new KeptFetches(join(directory, 'fetches'), join(directory, 'received'), new Authorities(tmpdir()));
  const outcome = { reason: '', status: 200, size: 4, suggestedName: 'film.mp4' } as const;
  const file = { url: 'https://a.example/film.mp4', name: null, outcome, path: null };
  fetch = {
    ...newKeptFetch({
      key: 'a-key',
      id: 'film',
      token: 't',
      fingerprint: 'f',
      title: '',
      created: 1,
      directory: shared,
      overwrite: false,
      settings: {},
      files: [file, file],
    }),
    ended: { result: 'success', reason: '' },
  };
  const received = await store.makeReceivedDirectory(fetch);
  for (const index of [0, 1]) await writeFile(join(received, `${index}`), 'good');
});

/** What another user does: a file of his own under the name of ours, and under that which he takes for the temporary one. */
async function plant(name: string, temporaryName: string): Promise<void> {
  const path = join(shared, name);
  await writeFile(path, 'evil');
  await lchown(path, nobody, nobody);
  await link(path, join(shared, temporaryName));
}

it('the file of another user is not told to be ours, whatever names he gives it', async ({ skip }) => {
  skip(!isRoot, needsRoot);
  await plant('film.mp4', '.bgfetch-a-key-0');
  await plant('film (1).mp4', '.bgfetch-a-key-1');
  const saved = await saveFiles(fetch, shared, store, (next) => store.write(next));
  expect(saved.problem).toBeNull();
  for (const { path } of saved.files) {
    expect(path).not.toBeNull();
    expect(await readFile(path ?? '', 'utf8')).toBe('good');
  }
  expect(await readFile(join(shared, 'film.mp4'), 'utf8')).toBe('evil');
});

it('the file of another user is not ours even where he knows the temporary name', async ({ skip }) => {
  skip(!isRoot, needsRoot);
  await plant('film.mp4', '.temporary');
  const source = store.receivedPath(fetch, 0);
  const file = { source, name: 'film.mp4', temporaryName: '.temporary', mayBeNumbered: true };
  const path = await placeFile(file, shared, false);
  expect([path, await readFile(path, 'utf8')]).toEqual([join(shared, 'film (1).mp4'), 'good']);
});

it('a link that another user made is not ours either', async () => {
  await writeFile(join(shared, 'film.mp4'), 'evil');
  await symlink('film.mp4', join(shared, '.temporary'));
  const source = store.receivedPath(fetch, 0);
  const file = { source, name: 'film.mp4', temporaryName: '.temporary', mayBeNumbered: true };
  const path = await placeFile(file, shared, false);
  expect([path, await readFile(path, 'utf8')]).toEqual([join(shared, 'film (1).mp4'), 'good']);
});

it('one temporary name tells nobody the others, and is the same after a death', async ({ skip }) => {
  skip((await elsewhere) === undefined, 'there is no second file system');
  const dead = new KeptFetches(
    join(shared, 'no-such-directory'),
    join(store.receivedPath(fetch, 0), '..', '..'),
    new Authorities(tmpdir()),
  );
  await expect(saveFiles(fetch, shared, dead, (next) => dead.write(next))).rejects.toThrow(/ENOENT/);
  const left = await readdir(shared);
  const temporary = left.filter((name) => name.startsWith('.'));
  expect(temporary).toHaveLength(2);
  expect(temporary.join()).not.toContain(fetch.key);
  const [first, second] = temporary.map((name) => name.slice(0, -4));
  expect(first).not.toBe(second);
  // what had been done is found again, by these names only
  const saved = await saveFiles(fetch, shared, store, (next) => store.write(next));
  const names = saved.files.map(({ path }) => path?.slice(shared.length + 1));
  expect(names.sort()).toEqual(['film (1).mp4', 'film.mp4']);
  expect((await readdir(shared)).sort()).toEqual(names);
});
