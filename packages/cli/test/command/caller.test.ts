import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { command } from './command-line.ts';
import { useCommandLine } from './given.ts';

const given = useCommandLine();

/** Runs a line of a shell in which `bgfetch` is the command; resolves with its exit code. */
async function shell(
  name: 'bash' | 'sh',
  line: string,
  environment: Record<string, string> = {},
): Promise<number> {
  const { cli } = given;
  const script = `bgfetch() { "${process.execPath}" "${command}" "$@"; }\n${line}`;
  const child = spawn(name, ['-c', script], {
    cwd: cli.directory,
    env: { ...process.env, BGFETCH_STORE: cli.store, ...environment },
    stdio: 'ignore',
  });
  const [code] = await once(child, 'close');
  return code as number;
}

/** What the server got as the body of a request whose answer was saved. */
async function received(name = 'answer'): Promise<string> {
  const { bodyBase64 } = JSON.parse(await readFile(join(given.cli.directory, name), 'utf8'));
  return Buffer.from(bodyBase64, 'base64').toString();
}

describe('a body that belongs to the process that called the command', () => {
  it.each([
    ['its standard input', 'sh', 'echo mine | bgfetch get --body - -o answer URL'],
    ['its standard input, by a path', 'sh', 'echo mine | bgfetch get --body /dev/stdin -o answer URL'],
    ['a substituted process', 'bash', 'bgfetch get --body <(echo mine) -o answer URL'],
    ['a descriptor', 'bash', 'echo mine > f; bgfetch get --body /dev/fd/11 -o answer URL 11< f'],
    [
      'a descriptor of a file without a name',
      'bash',
      'echo mine > f; exec 11< f; rm f; bgfetch get --body /proc/self/fd/11 -o answer URL',
    ],
    ['a named pipe', 'sh', 'mkfifo p; (echo mine > p) & bgfetch get --body p -o answer URL'],
    [
      'a file below a directory that is a link',
      'sh',
      'mkdir d; ln -s d l; echo mine > d/f; bgfetch get --body l/f -o answer URL',
    ],
  ] as const)('is read by the command: %s', async (_name, name, line) => {
    const { cli, server } = given;
    // with a daemon there, descriptors of the same numbers are something else
    expect((await cli.run('daemon', 'start')).code).toBe(0);
    expect(await shell(name, line.replace('URL', `'${server.origin}/echo/mine'`))).toBe(0);
    expect(await received()).toBe('mine\n');
  });

  it('leaves nothing in the store, and is asked for again as the same by the same bytes', async () => {
    const { cli, server } = given;
    const line = `echo mine | bgfetch fetch -X POST --body - --id up '${server.origin}/echo/again'`;
    expect(await shell('sh', line)).toBe(0);
    expect((await cli.run('watch', 'up')).code).toBe(0);
    expect(execFileSync('ls', [join(cli.store, 'daemon', 'bodies')]).toString()).toBe('');
    expect(await shell('sh', line)).toBe(0);
    expect(await shell('sh', line.replace('mine', 'other'))).toBe(2);
  });

  it('is refused where it is a directory, or is not there', async () => {
    const { cli, server } = given;
    for (const [path, reason] of [
      ['/', 'it is a directory'],
      ['missing', 'no such file'],
    ] as const) {
      const { code, stderr } = await cli.run('get', '--body', path, `${server.origin}/echo/x`);
      expect([code, stderr]).toEqual([2, expect.stringMatching(new RegExp(`can't be read: .*${reason}`))]);
    }
  });
});

describe('what else belongs to the process that called the command', () => {
  it('is its umask: files and directories have the rights that it leaves', async () => {
    const { cli, server } = given;
    const url = `'${server.origin}/r/rights?size=10'`;
    expect(await shell('sh', `umask 077; bgfetch get -o private/ ${url}`)).toBe(0);
    expect(await shell('sh', `umask 002; bgfetch get -o shared/sub/ ${url}`)).toBe(0);
    const modes = await Promise.all(
      ['private', 'private/rights', 'shared', 'shared/sub', 'shared/sub/rights'].map(async (path) =>
        ((await stat(join(cli.directory, path))).mode & 0o777).toString(8),
      ),
    );
    expect(modes).toEqual(['700', '600', '775', '775', '664']);
  });

  it.runIf(process.platform === 'linux')(
    'is its working directory: the daemon does not stay in it',
    async () => {
      const { cli } = given;
      await mkdir(join(cli.directory, 'mounted'));
      expect(await shell('sh', 'cd mounted && bgfetch daemon start')).toBe(0);
      const directory = await readlink(`/proc/${await cli.daemon()}/cwd`);
      expect(directory).toBe(cli.store);
    },
  );

  it('is a working directory that is gone: that is said, and a place can be named', async () => {
    const { cli, server } = given;
    const url = `'${server.origin}/r/nowhere?size=10'`;
    const gone = 'mkdir gone; cd gone; rmdir ../gone;';
    expect(await shell('sh', `${gone} bgfetch get ${url} 2> ../said`)).toBe(2);
    expect(await readFile(join(cli.directory, 'said'), 'utf8')).toMatch(
      /^bgfetch: The working directory is gone/,
    );
    expect(await shell('sh', `${gone} bgfetch get -o '${cli.directory}/' ${url}`)).toBe(0);
  });

  it('is its environment: an empty variable is as one that is not set', async () => {
    const { cli, server } = given;
    const environment = { BGFETCH_STORE: '', XDG_DATA_HOME: join(cli.directory, 'data') };
    const bgfetch = (...args: string[]) => cli.start(args, environment).finished;
    expect((await bgfetch('get', `${server.origin}/r/empty?size=10`)).code).toBe(0);
    expect((await stat(join(cli.directory, 'data', 'bgfetch'))).isDirectory()).toBe(true);
    await bgfetch('daemon', 'stop');
  });

  it('is XDG_RUNTIME_DIR: a daemon is found whatever it says', async () => {
    const { cli } = given;
    // too long for the path of a socket
    const store = join(cli.directory, 'a'.repeat(90), 'store');
    const bgfetch = (runtime: string, ...args: string[]) =>
      cli.start([...args, '--store', store, '--json'], { XDG_RUNTIME_DIR: runtime }).finished;
    await mkdir(join(cli.directory, 'runtime'), { mode: 0o700 });
    expect((await bgfetch('', 'daemon', 'start')).code).toBe(0);
    const status = await bgfetch(join(cli.directory, 'runtime'), 'daemon', 'status');
    expect(JSON.parse(status.stdout)).toMatchObject({ running: true });
    expect((await bgfetch(join(cli.directory, 'runtime'), 'daemon', 'stop')).code).toBe(0);
  });
});
