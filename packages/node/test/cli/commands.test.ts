import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expectedSha256, type FaultServer, startFaultServer } from '@background-fetch/testing-fault-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CommandLine } from './command-line.ts';

let server: FaultServer;
let cli: CommandLine;

beforeAll(async () => {
  server = await startFaultServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  cli = await CommandLine.make();
});
afterEach(() => cli.remove());

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** Waits until a response to this key stands still. */
async function stalled(key: string): Promise<void> {
  await server.log.waitFor((entry) => entry.key === key && entry.waiting);
}

async function release(key: string): Promise<void> {
  await fetch(`${server.origin}/control/${key}`, {
    method: 'POST',
    body: JSON.stringify({ release: true }),
  });
}

const size = 3_000_000;

describe('bgfetch get', () => {
  it('brings a file through interruptions, and leaves nothing behind', async () => {
    const { code, stdout } = await cli.run('get', `${server.origin}/r/cut.bin?size=${size}&cut=1000000`);
    expect(code).toBe(0);
    expect(stdout).toBe(`${join(cli.directory, 'cut.bin')}\n`);
    expect(await sha256(join(cli.directory, 'cut.bin'))).toBe(
      await expectedSha256({ key: 'cut.bin', version: 1, size: size }),
    );
    expect(await cli.events('list')).toEqual([]);
    expect((await readdir(cli.directory)).sort()).toEqual(['cut.bin', 'store']);
    expect(await readdir(join(cli.store, 'daemon', 'received'))).toEqual([]);
  });

  it('goes on when its daemon is killed', async () => {
    const url = `${server.origin}/r/daemon-killed.bin?size=${size}&attempts=stall:1500000|ok`;
    const { child, finished } = cli.start(['get', url]);
    await stalled('daemon-killed.bin');
    process.kill((await cli.daemon()) as number, 'SIGKILL');
    const { code, stderr } = await finished;
    expect(stderr).not.toContain('bgfetch:');
    expect([code, child.signalCode]).toEqual([0, null]);
    const path = join(cli.directory, 'daemon-killed.bin');
    expect(await sha256(path)).toBe(
      await expectedSha256({ key: 'daemon-killed.bin', version: 1, size: size }),
    );
  });

  it('goes on without the client when that is killed, and the same command ends it', async () => {
    const url = `${server.origin}/r/client-killed.bin?size=${size}&attempts=stall:1500000|ok`;
    const { child, finished } = cli.start(['get', url]);
    await stalled('client-killed.bin');
    child.kill('SIGKILL');
    await finished;
    await release('client-killed.bin');
    expect((await cli.run('watch')).code).toBe(0);
    const { code, stdout } = await cli.run('get', url);
    expect([code, stdout]).toEqual([0, `${join(cli.directory, 'client-killed.bin')}\n`]);
    expect((await readdir(cli.directory)).sort()).toEqual(['client-killed.bin', 'store']);
    expect(await cli.events('list')).toEqual([]);
  });

  it('stops at Ctrl-C with what has come, and goes on from there', async () => {
    const url = `${server.origin}/r/interrupted.bin?size=${size}&attempts=stall:2500000|ok`;
    const { child, finished, said } = cli.start(['get', url]);
    await stalled('interrupted.bin');
    await said(/active/);
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect(code).toBe(3);
    expect(stderr).toContain('the same command goes on from there');
    expect(await cli.events('list')).toMatchObject([{ id: 'interrupted.bin', state: 'paused' }]);
    expect((await cli.run('get', url)).code).toBe(0);
    expect(await sha256(join(cli.directory, 'interrupted.bin'))).toBe(
      await expectedSha256({ key: 'interrupted.bin', version: 1, size: size }),
    );
  });

  it('saves what came and names what did not, with exit code 1', async () => {
    const urls = ['good', 'gone'].map(
      (key) => `${server.origin}/r/${key}?size=10${key === 'gone' ? '&status=404' : ''}`,
    );
    const { code, stdout, stderr } = await cli.run('get', ...urls);
    expect([code, stdout]).toEqual([1, `${join(cli.directory, 'good')}\n`]);
    expect(stderr).toContain('bgfetch: gone: the server answered 404 (bad-status)');
    expect(await readdir(cli.directory)).not.toContain('gone');
  });

  it('refuses a body that has another digest', async () => {
    const url = `${server.origin}/r/digest?size=10`;
    const wrong = `sha256-${Buffer.alloc(32).toString('base64')}`;
    expect((await cli.run('get', '--retry', '0', '--integrity', wrong, url)).code).toBe(1);
    const right = Buffer.from(await expectedSha256({ key: 'digest', version: 1, size: 10 }), 'hex').toString(
      'base64',
    );
    expect((await cli.run('get', '--integrity', `sha256-${right}`, url)).code).toBe(0);
  });

  it('reads a list with options below each URL', async () => {
    const list = `${server.origin}/r/a?size=5\n  out=first\n${server.origin}/r/b?size=6\n`;
    await writeFile(join(cli.directory, 'urls.txt'), list);
    expect((await cli.run('get', '--input', 'urls.txt', '--output', 'into/', '--jobs', '1')).code).toBe(0);
    expect((await readdir(join(cli.directory, 'into'))).sort()).toEqual(['b', 'first']);
  });
});

describe('files that are there', () => {
  it('stay: a name of the server is numbered', async () => {
    await writeFile(join(cli.directory, 'x'), 'mine');
    const { stdout } = await cli.run('get', `${server.origin}/r/x?size=5`);
    expect(stdout).toBe(`${join(cli.directory, 'x (1)')}\n`);
    expect(await readFile(join(cli.directory, 'x'), 'utf8')).toBe('mine');
  });

  it('stay: a name that the user gave is refused before anything is fetched', async () => {
    await writeFile(join(cli.directory, 'mine'), 'mine');
    const url = `${server.origin}/r/refused?size=5`;
    expect((await cli.run('get', '--output', 'mine', url)).code).toBe(2);
    expect(server.log.of('refused')).toEqual([]);
    expect((await cli.run('get', '--overwrite', '--output', 'mine', url)).code).toBe(0);
    expect((await stat(join(cli.directory, 'mine'))).size).toBe(5);
  });

  it('are not reached through a symbolic link', async () => {
    await writeFile(join(cli.directory, 'victim'), 'mine');
    await symlink('victim', join(cli.directory, 'link'));
    await cli.run('get', `${server.origin}/r/link?size=5`);
    await cli.run('get', '--overwrite', '--output', 'link', `${server.origin}/r/link?size=6`);
    expect(await readFile(join(cli.directory, 'victim'), 'utf8')).toBe('mine');
    expect((await stat(join(cli.directory, 'link'))).size).toBe(6);
    expect((await stat(join(cli.directory, 'link (1)'))).size).toBe(5);
  });

  it('that can have no place are kept, and saved elsewhere', async () => {
    await writeFile(join(cli.directory, 'file'), '');
    const { code, stderr } = await cli.run(
      'get',
      '--output',
      'file/into/',
      `${server.origin}/r/homeless?size=5`,
    );
    expect(code).toBe(4);
    expect(stderr).toContain('bgfetch save homeless --output DIR');
    expect((await cli.run('save', 'homeless', '--output', 'elsewhere/')).code).toBe(0);
    expect((await stat(join(cli.directory, 'elsewhere', 'homeless'))).size).toBe(5);
  });
});

describe('bgfetch fetch', () => {
  it('returns at once; pause, resume, save and forget take it from there', async () => {
    const url = `${server.origin}/r/steered?size=${size}&attempts=stall:1000000|ok`;
    const { code, stdout } = await cli.run('fetch', '--id', 'film', '--title', 'A \u001b[31mfilm', url);
    expect([code, stdout]).toEqual([0, 'film\n']);
    await stalled('steered');
    expect((await cli.run('forget', 'film')).code).toBe(2);
    expect((await cli.run('pause', 'film')).code).toBe(0);
    expect((await cli.run('list')).stdout).toMatch(/^film {2}paused .*A \\u\{1b\}\[31mfilm\n$/);
    expect((await cli.run('resume', 'film')).code).toBe(0);
    expect((await cli.run('watch', 'film')).code).toBe(0);
    expect((await cli.run('save', 'film', '--output', 'film.bin')).code).toBe(0);
    expect(await sha256(join(cli.directory, 'film.bin'))).toBe(
      await expectedSha256({ key: 'steered', version: 1, size: size }),
    );
    expect((await cli.run('forget', 'film')).code).toBe(0);
    expect((await cli.run('show', 'film')).code).toBe(2);
  });

  it('keeps what has come after a stop of the daemon, and goes on at the next command', async () => {
    const url = `${server.origin}/r/stopped?size=${size}&attempts=stall:1000000|ok`;
    await cli.run('fetch', '--output', 'stopped', url);
    await stalled('stopped');
    expect((await cli.run('daemon', 'stop')).code).toBe(0);
    expect(await cli.daemon()).toBeUndefined();
    expect((await cli.run('watch')).code).toBe(0);
    expect(await sha256(join(cli.directory, 'stopped'))).toBe(
      await expectedSha256({ key: 'stopped', version: 1, size: size }),
    );
  });

  it('tells who watches that it was aborted, with exit code 3', async () => {
    await cli.run('fetch', '--id', 'aborted', `${server.origin}/r/aborted?size=${size}&stall=1000000`);
    await stalled('aborted');
    const watching = cli.start(['watch', 'aborted', '--json']);
    await watching.said(/progress/);
    expect((await cli.run('abort', 'aborted')).code).toBe(0);
    expect((await watching.finished).code).toBe(3);
    expect((await cli.run('abort', 'aborted')).code).toBe(2);
  });

  it('shows no secrets, and sends them', async () => {
    const url = new URL(`${server.origin}/echo/secrets?token=abcdef`);
    url.username = 'me';
    url.password = 'hunter2';
    await cli.run('fetch', '--wait', '--id', 's', '--header', 'X-Api-Key: qwerty', url.href);
    const all = [
      (await cli.run('show', 's')).stdout,
      JSON.stringify(await cli.events('show', 's')),
      await readFile(join(cli.store, 'daemon', 'log'), 'utf8'),
    ].join();
    expect(all).toContain('token=***');
    expect(all).not.toMatch(/abcdef|hunter2|qwerty/);
    await cli.run('save', 's', '--output', 'echo.json');
    const sent = JSON.parse(await readFile(join(cli.directory, 'echo.json'), 'utf8')) as {
      headers: Record<string, string>;
    };
    expect(sent.headers).toMatchObject({
      'x-api-key': 'qwerty',
      authorization: `Basic ${Buffer.from('me:hunter2').toString('base64')}`,
    });
  });

  it('sends a file as the body of the request', async () => {
    await writeFile(join(cli.directory, 'body'), 'x'.repeat(100_000));
    const url = `${server.origin}/upload/sent`;
    expect((await cli.run('get', '--method', 'PUT', '--body', 'body', '--output', 'answer', url)).code).toBe(
      0,
    );
    const uploads = await (await fetch(`${server.origin}/control/sent/uploads`)).json();
    expect(uploads).toMatchObject([{ method: 'PUT', size: 100_000, complete: true }]);
  });
});

describe('wrong usage', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['frobnicate']],
    ['an unknown option', ['list', '--frob']],
    ['no URL', ['get']],
    ['no http URL', ['get', 'file:///etc/passwd']],
    ['a port that is blocked', ['get', 'http://localhost:1/']],
    ['a wrong size', ['get', '--limit-rate', 'fast', 'http://localhost/']],
    ['a fetch that there is not', ['show', 'nothing']],
    ['an unknown shell', ['completion', 'tcsh']],
  ])('exits with 2: %s', async (_, args) => {
    const { code, stderr, stdout } = await cli.run(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
  });
});

describe('the daemon', () => {
  it('is one, however many commands start it', async () => {
    const ids = ['1', '2', '3'];
    const codes = await Promise.all(
      ids.map(async (id) => (await cli.run('fetch', '--id', id, `${server.origin}/r/one-${id}?size=5`)).code),
    );
    expect(codes).toEqual([0, 0, 0]);
    expect((await cli.events('list')).map(({ id }) => id).sort()).toEqual(ids);
  });

  it('ends when there is nothing to do', async () => {
    const { child, finished } = cli.start(['daemon', 'run', '--idle', '1']);
    expect(await finished).toMatchObject({ code: 0 });
    expect(child.signalCode).toBeNull();
    expect(await cli.daemon()).toBeUndefined();
    expect(await readdir(join(cli.store, 'daemon'))).not.toContain('socket');
  });

  it("has a socket that is the user's alone, and refuses one that is not", async () => {
    await cli.run('daemon', 'start');
    const directory = join(cli.store, 'daemon');
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    await cli.run('daemon', 'stop');
    await chmod(directory, 0o755);
    const { code, stderr } = await cli.run('list');
    expect(code).toBe(4);
    expect(stderr).toContain('Others have access');
  });

  it('has its socket elsewhere if the path of the store is too long for one', async () => {
    const runtime = join(cli.directory, 'run');
    await mkdir(runtime, { mode: 0o700 });
    const environment = { BGFETCH_STORE: join(cli.directory, 'x'.repeat(120)), XDG_RUNTIME_DIR: runtime };
    expect((await cli.start(['list'], environment).finished).code).toBe(0);
    expect(await readdir(runtime)).toHaveLength(1);
    expect((await cli.start(['daemon', 'stop'], environment).finished).code).toBe(0);
  });

  it('refuses a store that is no directory, with exit code 4', async () => {
    await writeFile(cli.store, '');
    expect((await cli.run('list')).code).toBe(4);
    await rm(cli.store);
  });

  it.each([
    ['no JSON', 'hello\n', /JSON/],
    ['an unknown command', '{"id":1,"command":"__proto__"}\n', /There is no command/],
    ['a member that it does not know', '{"id":1,"command":"list","x":1}\n', /not understood/],
  ])('answers %s with an error, and lives on', async (_, line, message) => {
    await cli.run('daemon', 'start');
    const socket = connect(join(cli.store, 'daemon', 'socket'));
    socket.end(line);
    expect(await text(socket)).toMatch(message);
    expect(await cli.daemon()).toBeDefined();
  });
});
