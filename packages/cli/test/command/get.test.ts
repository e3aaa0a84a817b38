import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectedSha256 } from '@background-fetch/testing-fault-server';
import { describe, expect, it } from 'vitest';
import { release, sha256, size, stalled, useCommandLine } from './given.ts';

const given = useCommandLine();

describe('bgfetch get', () => {
  it('brings a file through interruptions, and leaves nothing behind', async () => {
    const { code, stdout } = await given.cli.run(
      'get',
      `${given.server.origin}/r/cut.bin?size=${size}&cut=1000000`,
    );
    expect(code).toBe(0);
    expect(stdout).toBe(`${join(given.cli.directory, 'cut.bin')}\n`);
    expect(await sha256(join(given.cli.directory, 'cut.bin'))).toBe(
      await expectedSha256({ key: 'cut.bin', version: 1, size: size }),
    );
    expect(await given.cli.events('list')).toEqual([]);
    expect((await readdir(given.cli.directory)).sort()).toEqual(['cut.bin', 'store']);
    expect(await readdir(join(given.cli.store, 'daemon', 'received'))).toEqual([]);
  });

  it('goes on when its daemon is killed', async () => {
    const url = `${given.server.origin}/r/daemon-killed.bin?size=${size}&attempts=stall:1500000|ok`;
    const { child, finished } = given.cli.start(['get', url]);
    await stalled(given, 'daemon-killed.bin');
    process.kill((await given.cli.daemon()) as number, 'SIGKILL');
    const { code, stderr } = await finished;
    expect(stderr).not.toContain('bgfetch:');
    expect([code, child.signalCode]).toEqual([0, null]);
    const path = join(given.cli.directory, 'daemon-killed.bin');
    expect(await sha256(path)).toBe(
      await expectedSha256({ key: 'daemon-killed.bin', version: 1, size: size }),
    );
  });

  it('goes on without the client when that is killed, and the same command ends it', async () => {
    const url = `${given.server.origin}/r/client-killed.bin?size=${size}&attempts=stall:1500000|ok`;
    const { child, finished } = given.cli.start(['get', url]);
    await stalled(given, 'client-killed.bin');
    child.kill('SIGKILL');
    await finished;
    await release(given, 'client-killed.bin');
    expect((await given.cli.run('watch')).code).toBe(0);
    const { code, stdout } = await given.cli.run('get', url);
    expect([code, stdout]).toEqual([0, `${join(given.cli.directory, 'client-killed.bin')}\n`]);
    expect((await readdir(given.cli.directory)).sort()).toEqual(['client-killed.bin', 'store']);
    expect(await given.cli.events('list')).toEqual([]);
  });

  it('stops at Ctrl-C with what has come, and goes on from there', async () => {
    const url = `${given.server.origin}/r/interrupted.bin?size=${size}&attempts=stall:2500000|ok`;
    const { child, finished, said } = given.cli.start(['get', url]);
    await stalled(given, 'interrupted.bin');
    await said(/active/);
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect(code).toBe(3);
    expect(stderr).toContain('the same command goes on from there');
    expect(await given.cli.events('list')).toMatchObject([{ id: 'interrupted.bin', state: 'paused' }]);
    expect((await given.cli.run('get', url)).code).toBe(0);
    expect(await sha256(join(given.cli.directory, 'interrupted.bin'))).toBe(
      await expectedSha256({ key: 'interrupted.bin', version: 1, size: size }),
    );
  });

  it('saves what came and names what did not, with exit code 1', async () => {
    const urls = ['good', 'gone'].map(
      (key) => `${given.server.origin}/r/${key}?size=10${key === 'gone' ? '&status=404' : ''}`,
    );
    const { code, stdout, stderr } = await given.cli.run('get', ...urls);
    expect([code, stdout]).toEqual([1, `${join(given.cli.directory, 'good')}\n`]);
    expect(stderr).toContain('bgfetch: gone: the server answered 404 (bad-status)');
    expect(await readdir(given.cli.directory)).not.toContain('gone');
  });

  it('refuses a body that has another digest', async () => {
    const url = `${given.server.origin}/r/digest?size=10`;
    const wrong = `sha256-${Buffer.alloc(32).toString('base64')}`;
    expect((await given.cli.run('get', '--retry', '0', '--integrity', wrong, url)).code).toBe(1);
    const right = Buffer.from(await expectedSha256({ key: 'digest', version: 1, size: 10 }), 'hex').toString(
      'base64',
    );
    expect((await given.cli.run('get', '--integrity', `sha256-${right}`, url)).code).toBe(0);
  });

  it('reads a list with options below each URL', async () => {
    const list = `${given.server.origin}/r/a?size=5\n  out=first\n${given.server.origin}/r/b?size=6\n`;
    await writeFile(join(given.cli.directory, 'urls.txt'), list);
    expect((await given.cli.run('get', '--input', 'urls.txt', '--output', 'into/', '--jobs', '1')).code).toBe(
      0,
    );
    expect((await readdir(join(given.cli.directory, 'into'))).sort()).toEqual(['b', 'first']);
  });
});

describe('files that are there', () => {
  it('stay: a name of the server is numbered', async () => {
    await writeFile(join(given.cli.directory, 'x'), 'mine');
    const { stdout } = await given.cli.run('get', `${given.server.origin}/r/x?size=5`);
    expect(stdout).toBe(`${join(given.cli.directory, 'x (1)')}\n`);
    expect(await readFile(join(given.cli.directory, 'x'), 'utf8')).toBe('mine');
  });

  it('stay: a name that the user gave is refused before anything is fetched', async () => {
    await writeFile(join(given.cli.directory, 'mine'), 'mine');
    const url = `${given.server.origin}/r/refused?size=5`;
    expect((await given.cli.run('get', '--output', 'mine', url)).code).toBe(2);
    expect(given.server.log.of('refused')).toEqual([]);
    expect((await given.cli.run('get', '--overwrite', '--output', 'mine', url)).code).toBe(0);
    expect((await stat(join(given.cli.directory, 'mine'))).size).toBe(5);
  });

  it('are not reached through a symbolic link', async () => {
    await writeFile(join(given.cli.directory, 'victim'), 'mine');
    await symlink('victim', join(given.cli.directory, 'link'));
    await given.cli.run('get', `${given.server.origin}/r/link?size=5`);
    await given.cli.run('get', '--overwrite', '--output', 'link', `${given.server.origin}/r/link?size=6`);
    expect(await readFile(join(given.cli.directory, 'victim'), 'utf8')).toBe('mine');
    expect((await stat(join(given.cli.directory, 'link'))).size).toBe(6);
    expect((await stat(join(given.cli.directory, 'link (1)'))).size).toBe(5);
  });

  it('that can have no place are kept, and saved elsewhere', async () => {
    await writeFile(join(given.cli.directory, 'file'), '');
    const { code, stderr } = await given.cli.run(
      'get',
      '--output',
      'file/into/',
      `${given.server.origin}/r/homeless?size=5`,
    );
    expect(code).toBe(4);
    expect(stderr).toContain('bgfetch save homeless --output DIR');
    expect((await given.cli.run('save', 'homeless', '--output', 'elsewhere/')).code).toBe(0);
    expect((await stat(join(given.cli.directory, 'elsewhere', 'homeless'))).size).toBe(5);
  });
});
