import {
  chmod,
  chown,
  lchown,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeSpecial } from '../../../common/test/special-files.ts';
import { StoreLock } from '../../../node/src/host/store-lock.ts';
import { useEngines } from '../../../node/test/engine/given.ts';
import { Authorities } from '../../src/daemon/authorities.ts';
import { newKeptFetch } from '../../src/daemon/kept-fetch.ts';
import { KeptFetches } from '../../src/daemon/kept-fetches.ts';
import { LogFile } from '../../src/daemon/log-file.ts';
import {
  daemonPaths,
  findSocketDirectory,
  makeDaemonDirectories,
} from '../../src/daemon/private-directory.ts';

/** Somebody else, and a group that is nobody's own. */
const nobody = 65534;
const isRoot = process.getuid?.() === 0;
const needsRoot = 'only root can make files of another user';
const engines = useEngines();
let directory: string;
let store: string;
let victim: string;

beforeEach(async () => {
  directory = await engines.directory();
  store = join(directory, 'store');
  victim = join(directory, 'victim');
  await writeFile(victim, 'precious', { mode: 0o600 });
});

function refusalOf(path: string): Promise<string> {
  return makeDaemonDirectories(daemonPaths(path)).then(
    () => 'none',
    (error) => `${error.code}: ${error.message}`,
  );
}

describe('a store', () => {
  it('into which a group can write that is not the own one of its user is refused', async ({ skip }) => {
    skip(!isRoot, 'only root can give a directory to a group of others');
    await mkdir(store, { mode: 0o770 });
    await chown(store, 0, nobody);
    await chmod(store, 0o770);
    expect(await refusalOf(store)).toContain(`Others can write into ${store}: run "chmod go-w`);
    await chown(store, 0, 0);
    expect(await refusalOf(store)).toBe('none');
  });

  it.for([
    ['everybody can write', 0o777, 0, /others can write into/],
    ['a group of others can write', 0o775, 0, /others can write into/],
    ['another user owns', 0o755, nobody, /belongs to another user/],
  ] as const)(
    'below a directory that %s is refused, and nothing is made there',
    async ([, mode, owner, said], { skip }) => {
      skip(!isRoot, needsRoot);
      const parent = join(directory, 'parent');
      await mkdir(join(parent, 'between'), { recursive: true });
      await chown(parent, owner, nobody);
      await chmod(parent, mode);
      store = join(parent, 'between', 'store');
      expect(await refusalOf(store)).toMatch(said);
      await expect(findSocketDirectory(daemonPaths(store))).rejects.toThrow(said);
      expect(await readdir(join(parent, 'between'))).toEqual([]);
    },
  );

  it('whose name another user made a link to elsewhere is refused, and nothing is changed there', async ({
    skip,
  }) => {
    skip(!isRoot, needsRoot);
    const shared = join(directory, 'shared');
    await mkdir(shared);
    await chmod(shared, 0o1777);
    const mine = join(directory, 'mine');
    await mkdir(join(mine, 'bodies'), { recursive: true });
    await writeFile(join(mine, 'bodies', 'model'), 'precious');
    for (const [name, path] of [
      ['link', 'link'],
      ['way', join('way', 'store')],
    ] as const) {
      await symlink(mine, join(shared, name));
      await lchown(join(shared, name), nobody, nobody);
      expect(await refusalOf(join(shared, path))).toMatch(/the link .* belongs to another user/);
    }
    expect(await readdir(mine)).toEqual(['bodies']);
  });

  it('in a shared directory with the sticky bit, or behind a link of its own user, is taken', async () => {
    const shared = join(directory, 'shared');
    await mkdir(shared);
    await chmod(shared, 0o1777);
    await symlink(shared, join(directory, 'link'));
    expect(await refusalOf(join(directory, 'link', '..', 'shared', 'store'))).toBe('none');
    expect(await refusalOf(join(directory, 'link', 'store'))).toBe('none');
  });

  it('behind links without end is refused', async () => {
    await symlink('round', join(directory, 'round'));
    expect(await refusalOf(join(directory, 'round', 'store'))).toMatch(/leads from link to link/);
  });

  const planted = ['store.db', 'store.db-wal', 'engine.lock', 'engine.pid.new', 'daemon/log'];

  it.for(planted)('with a %s of another user is refused', async (name, { skip }) => {
    skip(!isRoot, needsRoot);
    await mkdir(join(store, 'daemon'), { recursive: true, mode: 0o700 });
    await writeFile(join(store, name), '', { mode: 0o666 });
    await chown(join(store, name), nobody, nobody);
    expect(await refusalOf(store)).toMatch(/belongs to another user: move it away/);
  });

  it.for(planted)('with a %s that is a link, or a second name, is refused', async (name) => {
    await mkdir(join(store, 'daemon'), { recursive: true, mode: 0o700 });
    await symlink(victim, join(store, name));
    expect(await refusalOf(store)).toMatch(/is no file: move it away/);
    await rename(join(store, name), join(directory, 'away'));
    await link(victim, join(store, name));
    expect(await refusalOf(store)).toMatch(/has another name, too: move it away/);
    expect(await readFile(victim, 'utf8')).toBe('precious');
  });

  it('with bodies that are elsewhere, or in the reach of others, is refused', async () => {
    await mkdir(store, { mode: 0o700 });
    await symlink(directory, join(store, 'bodies'));
    expect(await refusalOf(store)).toMatch(/bodies is no directory/);
    await rename(join(store, 'bodies'), join(directory, 'away'));
    await mkdir(join(store, 'bodies'));
    await chmod(join(store, 'bodies'), 0o777);
    expect(await refusalOf(store)).toMatch(/Others have access to .*bodies/);
  });
});

describe('a link that was planted', () => {
  it('under the name of the file for the process of an engine is not followed', async () => {
    await mkdir(store);
    await symlink(victim, join(store, 'engine.pid.new'));
    const lock = await StoreLock.take(store, { wait: false, signal: undefined });
    lock.release();
    expect(await readFile(victim, 'utf8')).toBe('precious');
    expect(await readFile(join(store, 'engine.pid'), 'utf8')).toBe(`${process.pid}\n`);
  });

  it('under the name of the lock of an engine is refused', async () => {
    await mkdir(store);
    await symlink(join(directory, 'elsewhere'), join(store, 'engine.lock'));
    await expect(StoreLock.take(store, { wait: false, signal: undefined })).rejects.toThrow(/or a link/);
    expect((await readdir(directory)).sort()).toEqual(['store', 'victim']);
  });

  it('under the name of the log is not followed', async () => {
    const path = join(directory, 'log');
    await symlink(victim, path);
    new LogFile(path).write('an entry');
    expect([await readFile(victim, 'utf8'), (await lstat(path)).isSymbolicLink()]).toEqual([
      'precious',
      true,
    ]);
  });
});

describe('among the notes of fetches', () => {
  const note = newKeptFetch({
    key: 'good',
    id: 'film',
    token: 't',
    fingerprint: 'f',
    title: 'Film',
    created: 1,
    directory: '/tmp',
    overwrite: false,
    settings: {},
    files: [],
  });
  let notes: KeptFetches;
  let folder: string;
  beforeEach(async () => {
    folder = join(directory, 'fetches');
    await mkdir(folder);
    notes = new KeptFetches(folder, join(directory, 'received'), new Authorities(tmpdir()));
  });

  /** What is told of the notes that are not read. */
  async function unread(): Promise<string[]> {
    const told: string[] = [];
    expect(await notes.load((_, reason) => told.push(String(reason)))).toEqual([]);
    return told;
  }

  it('one of another user is not read', async ({ skip }) => {
    skip(!isRoot, needsRoot);
    await notes.write(note);
    await chown(join(folder, 'good.json'), nobody, nobody);
    expect(await unread()).toEqual([expect.stringMatching(/belongs to another user/)]);
  });

  it('a link is not read, nor written through', async () => {
    await notes.write(note);
    await rename(join(folder, 'good.json'), join(directory, 'elsewhere.json'));
    await symlink(join(directory, 'elsewhere.json'), join(folder, 'good.json'));
    expect(await unread()).toHaveLength(1);
    await symlink(victim, join(folder, 'good.json.new'));
    await expect(notes.write(note)).rejects.toThrow(/ELOOP|EMLINK/);
    await rename(join(folder, 'good.json.new'), join(directory, 'away'));
    await link(victim, join(folder, 'good.json.new'));
    await expect(notes.write(note)).rejects.toThrow(/has another name, too/);
    expect(await readFile(victim, 'utf8')).toBe('precious');
  });

  it('a pipe is not waited for', async ({ skip }) => {
    const impossible = await makeSpecial('pipe', join(folder, 'good.json'));
    skip(impossible !== null, impossible ?? '');
    expect(await unread()).toEqual([expect.stringMatching(/is no file/)]);
  });
});
