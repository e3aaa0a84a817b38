import { spawn } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { reasonOf } from '@background-fetch/common';
import { describe, expect, it } from 'vitest';
import { openBackgroundFetch } from '../../../node/src/index.ts';
import { useCommandLine } from './given.ts';

const given = useCommandLine();
const command = fileURLToPath(new URL('../../bin/bgfetch.js', import.meta.url));
const internal = /wait: true|uv_cwd|copyfile|mkdir|scandir|received\/|errno|syscall/;

describe('what goes wrong is said in words of the user', () => {
  it('a store that a program has open', async () => {
    const opened = await openBackgroundFetch({ directory: given.cli.store });
    try {
      const { code, stderr } = await given.cli.run('daemon', 'run');
      expect(code).toBe(4);
      expect(stderr).toMatch(
        new RegExp(`is in use by process ${process.pid}.*choose another store with --store`),
      );
      expect(stderr).not.toMatch(internal);
    } finally {
      await opened.close();
    }
  });

  it('a working directory that was deleted', async () => {
    const shell = `mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" get "$2"`;
    const url = `${given.server.origin}/r/x?size=5`;
    const child = spawn('sh', ['-c', shell, process.execPath, command, url], {
      cwd: given.cli.directory,
      env: { ...process.env, BGFETCH_STORE: given.cli.store },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const stderr = await text(child.stderr);
    expect(stderr).toMatch(/^bgfetch: The working directory is gone/m);
    expect(stderr).not.toMatch(internal);
  });

  it('a place where no file can be, in the message and in what is kept', async () => {
    await writeFile(join(given.cli.directory, 'file'), '');
    const url = `${given.server.origin}/r/homeless?size=5`;
    const { code, stderr } = await given.cli.run('get', '--output', 'file/into/', url);
    expect(code).toBe(4);
    expect(stderr).toContain('could not be saved in');
    expect(stderr).toContain('a part of the path is no directory (ENOTDIR)');
    expect(stderr).not.toMatch(internal);
    expect((await given.cli.run('show', 'homeless')).stdout).not.toMatch(internal);
  });

  it('a list that is a directory', async () => {
    await mkdir(join(given.cli.directory, 'list'));
    const { code, stderr } = await given.cli.run('get', '--input', 'list');
    expect([code, stderr]).toEqual([2, "bgfetch: The list list can't be read: it is a directory (EISDIR)\n"]);
  });

  it('any error of the system', async () => {
    const missing = join(given.cli.directory, 'received', '0');
    const error = await copyFile(missing, missing).catch((reason: unknown) => reason);
    expect(reasonOf(error)).toBe('there is no such file or directory (ENOENT)');
    const rare = Object.assign(new Error("ENOTTY: inappropriate ioctl for device, open '/x'"), {
      code: 'ENOTTY',
      syscall: 'open',
    });
    expect(reasonOf(rare)).toBe('inappropriate ioctl for device (ENOTTY)');
    await expect(readFile(missing)).rejects.toSatisfy((reason) => !internal.test(reasonOf(reason)));
  });
});

describe('answers to odd usage', () => {
  it.each(['', '  '])('an id that nobody can see is refused: %j', async (id) => {
    expect((await given.cli.run('fetch', '--id', id, `${given.server.origin}/r/x?size=5`)).code).toBe(2);
    expect(given.server.log.of('x')).toEqual([]);
  });

  it('daemon status exits with 3 where none runs, and with 0 where one does', async () => {
    expect((await given.cli.run('daemon', 'status')).code).toBe(3);
    await given.cli.run('daemon', 'start');
    expect((await given.cli.run('daemon', 'status')).code).toBe(0);
  });

  it('a port of another service is refused as one', async () => {
    const direct = await given.cli.run('get', 'http://localhost:6000/x');
    expect([direct.code, direct.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^bgfetch: http:\/\/localhost:6000\/x can't be fetched: port 6000 is one of other services/,
      ),
    ]);
  });

  it('help tells what holds where an option is not given', async () => {
    const help = (await given.cli.run('get', '--help')).stdout.replace(/\s+/g, ' ');
    expect(help).toMatch(/--jobs <n> [^-]*\(default: 6\)/);
    expect(help).toMatch(/--connections <n> [^-]*\(default: 4\)/);
    expect(help).toMatch(/--limit-rate <rate> [^-]*\(default: no limit\)/);
    expect(help).toMatch(/--retry <n> [^-]*\(default: 7; 2 while/);
    expect(help).toMatch(/--method <method> any method/);
  });
});
