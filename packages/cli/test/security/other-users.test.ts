import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngines } from '../../../node/test/engine/given.ts';
import { useFaultServer } from '../../../node/test/network/given.ts';
import { daemonPaths, makeDaemonDirectories } from '../../src/daemon/private-directory.ts';
import { CommandLine } from '../command/command-line.ts';

/** Somebody who may nothing, on any system. */
const nobody = 65534;
const isRoot = process.getuid?.() === 0;
const server = useFaultServer();
const engines = useEngines();

let cli: CommandLine;
beforeAll(async () => {
  cli = await CommandLine.make();
  // nothing but the store's own rights is to stop anybody
  await chmod(cli.directory, 0o755);
});
afterAll(() => cli.remove());

/** What somebody gets who gives a command this store. */
function refusalOf(store: string): Promise<string> {
  return makeDaemonDirectories(daemonPaths(store)).then(
    () => 'none',
    (error) => `${error.code}: ${error.message}`,
  );
}

/** What another user gets who tries to open or connect to each of these paths: the codes of errors, or `let in`. */
function tryAsNobody(paths: readonly string[]): string[] {
  const script = `
    const { openSync } = require('node:fs');
    const { connect } = require('node:net');
    const attempts = process.argv.slice(1).map((path) => new Promise((resolve) => {
      if (path.endsWith('socket')) {
        connect(path, () => resolve('let in')).on('error', (error) => resolve(error.code));
        return;
      }
      try { openSync(path, 'r'); resolve('let in'); } catch (error) { resolve(error.code); }
    }));
    Promise.all(attempts).then((results) => { console.log(JSON.stringify(results)); process.exit(); });`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script, ...paths], {
    uid: nobody,
    gid: nobody,
    cwd: '/',
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as string[];
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true });
  return entries.map((name) => join(directory, name));
}

if (isRoot) {
  describe('another user', () => {
    it('gets nothing from a store and its daemon, not even where the directory is open', async () => {
      const url = `${server().origin}/r/theirs?size=300000&stall=200000`;
      await cli.run('fetch', '--id', 'mine', '--output', 'file', url);
      await server().log.waitFor((entry) => entry.key === 'theirs' && entry.waiting);
      await chmod(cli.store, 0o755);
      const paths = await filesBelow(cli.store);
      expect(paths.map((path) => path.slice(cli.store.length + 1))).toEqual(
        expect.arrayContaining(['store.db', 'store.db-wal', 'engine.lock', 'daemon/socket', 'daemon/log']),
      );
      expect(tryAsNobody(paths)).toEqual(paths.map(() => 'EACCES'));
      await chmod(cli.store, 0o700);
    });

    it('can not hold the lock of an engine in a directory that is open', async () => {
      const directory = await engines.directory();
      await chmod(directory, 0o755);
      await engines.open({ directory });
      const paths = await filesBelow(directory);
      expect(paths).toContain(join(directory, 'engine.lock'));
      expect(tryAsNobody(paths)).toEqual(paths.map(() => 'EACCES'));
    });

    it.each([
      ['the store', ''],
      ["the daemon's directory", 'daemon'],
    ])('who owns %s is refused as an owner, with a way out', async (_, name) => {
      const store = await engines.directory();
      await mkdir(join(store, 'daemon'), { mode: 0o700 });
      await chown(join(store, name), nobody, nobody);
      expect(await refusalOf(store)).toMatch(/^trouble: .* belongs to another user: choose another store/);
    });
  });
} else {
  it('is nobody that this user could become: what others get is not tested here', () => {
    expect(process.getuid?.()).not.toBe(0);
  });
}

describe('a directory', () => {
  it('into which everybody can write is refused as a store', async () => {
    const store = await engines.directory();
    await chmod(store, 0o777);
    expect(await refusalOf(store)).toContain(`chmod go-w ${store}`);
  });

  it('of the daemon that is a link to elsewhere is refused, and nothing is put there', async () => {
    const store = await engines.directory();
    const elsewhere = await engines.directory();
    await symlink(elsewhere, join(store, 'daemon'));
    expect(await refusalOf(store)).toMatch(/^trouble: .* is no directory/);
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it('that the command makes is for its user only, with all there is in it', async () => {
    await cli.run('fetch', '--wait', '--id', 'one', `${server().origin}/r/private?size=200000`);
    // what was received lies in a directory that is closed, with the rights it will have where it is saved
    const received = join(cli.store, 'daemon', 'received');
    const open = async (): Promise<string[]> => {
      const found = [];
      for (const path of [cli.store, ...(await filesBelow(cli.store))])
        if (((await stat(path)).mode & 0o077) !== 0 && !path.startsWith(`${received}/`)) found.push(path);
      return found;
    };
    // the engine gives up its own name of what was received after the command has been told of the end
    await expect.poll(open, { timeout: 20_000 }).toEqual([]);
    await cli.run('save', 'one', '--output', 'saved');
    expect((await stat(join(cli.directory, 'saved'))).mode & 0o111).toBe(0);
  });
});
