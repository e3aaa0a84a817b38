import { chmod, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { useCommandLine } from './given.ts';

const given = useCommandLine();

describe('the daemon', () => {
  it('is one, however many commands start it', async () => {
    const ids = ['1', '2', '3'];
    const outcomes = await Promise.all(
      ids.map((id) => given.cli.run('fetch', '--id', id, `${given.server.origin}/r/one-${id}?size=5`)),
    );
    expect(outcomes.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      ids.map(() => ({ code: 0, stderr: '' })),
    );
    expect((await given.cli.events('list')).map(({ id }) => id).sort()).toEqual(ids);
  });

  it('ends when there is nothing to do', async () => {
    const { child, finished } = given.cli.start(['daemon', 'run', '--idle', '1']);
    expect(await finished).toMatchObject({ code: 0 });
    expect(child.signalCode).toBeNull();
    expect(await given.cli.daemon()).toBeUndefined();
    expect(await readdir(join(given.cli.store, 'daemon'))).not.toContain('socket');
  });

  it.each([
    ['once', 1, 0],
    ['each time', 9, 4],
  ])('that is killed while it starts, %s, is no success of nothing', async (_name, kills, expected) => {
    const script = join(given.cli.directory, 'die.cjs');
    await writeFile(
      script,
      `const { readdirSync, writeFileSync } = require('node:fs');
       const deaths = readdirSync(__dirname).filter((name) => name.startsWith('death-')).length;
       if (process.argv.includes('daemon') && process.argv.includes('run') && deaths < ${kills}) {
         writeFileSync(__dirname + '/death-' + deaths, '');
         process.kill(process.pid, 'SIGKILL');
       }`,
    );
    const environment = { NODE_OPTIONS: `--require ${script}` };
    const url = `${given.server.origin}/r/killed-${kills}?size=5`;
    const { code, stderr } = await given.cli.start(['fetch', '--id', 'a', url], environment).finished;
    expect(code).toBe(expected);
    if (expected === 4) expect(stderr).toContain('SIGKILL');
    else expect((await given.cli.events('list')).map(({ id }) => id)).toEqual(['a']);
  });

  it("has a socket that is the user's alone, and refuses one that is not", async () => {
    await given.cli.run('daemon', 'start');
    const directory = join(given.cli.store, 'daemon');
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    await given.cli.run('daemon', 'stop');
    await chmod(directory, 0o755);
    const { code, stderr } = await given.cli.run('list');
    expect(code).toBe(4);
    expect(stderr).toContain('Others have access');
  });

  it('refuses a store that is no directory, with exit code 4', async () => {
    await writeFile(given.cli.store, '');
    expect((await given.cli.run('list')).code).toBe(4);
    await rm(given.cli.store);
  });

  it.each([
    ['no JSON', 'hello\n', /JSON/],
    ['an unknown command', '{"id":1,"command":"__proto__"}\n', /There is no command/],
    ['a member that it does not know', '{"id":1,"command":"list","x":1}\n', /not understood/],
  ])('answers %s with an error, and lives on', async (_, line, message) => {
    await given.cli.run('daemon', 'start');
    const socket = connect(join(given.cli.store, 'daemon', 'socket'));
    socket.end(line);
    expect(await text(socket)).toMatch(message);
    expect(await given.cli.daemon()).toBeDefined();
  });
});
