import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '@background-fetch/common';
import { describe, expect, it } from 'vitest';
import type { Running } from './command-line.ts';
import { release, stalled, useCommandLine } from './given.ts';

const given = useCommandLine();

/** A daemon in the foreground, which the test can wait for. It does not end for want of work before it was found. */
async function runDaemon(): Promise<Running> {
  const running = given.cli.start(['daemon', 'run', '--idle', '0']);
  while ((await given.cli.daemon()) === undefined);
  return running;
}

/** A `get` that has a part of its file, and waits for the rest. */
async function startGet(key: string): Promise<Running> {
  const running = given.cli.start([
    'get',
    `${given.server.origin}/r/${key}?size=1000000&attempts=stall:500000`,
  ]);
  await stalled(given, key);
  await running.said(/active/);
  return running;
}

const losses: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['removed', () => rm(given.cli.store, { recursive: true })],
  ['moved', () => rename(given.cli.store, `${given.cli.store}.moved`)],
  [
    'replaced by another directory',
    async () => {
      await rename(given.cli.store, `${given.cli.store}.moved`);
      await mkdir(given.cli.store, { mode: 0o700 });
    },
  ],
  ['without its database', () => rm(join(given.cli.store, 'store.db'))],
];

describe('a daemon whose store is', () => {
  it.each(losses)('%s ends, and says why', async (_name, lose) => {
    const { finished } = await runDaemon();
    await lose();
    expect((await finished).stderr).toMatch(/store .* was removed, or another one is in its place/);
  });

  it.each(losses)('%s ends a get with the reason, and the next one starts anew', async (name, lose) => {
    const key = `lost-${name.replaceAll(' ', '-')}`;
    const { finished } = await startGet(key);
    await lose();
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([
      4,
      expect.stringMatching(/store .* was removed, or another one is in its place/),
    ]);
    expect((await given.cli.run('get', `${given.server.origin}/r/${key}?size=1000000`)).code).toBe(0);
  });

  it('moved says why in the log that went along', async () => {
    await given.cli.run('daemon', 'start');
    const pid = (await given.cli.daemon()) as number;
    await rename(given.cli.store, `${given.cli.store}.moved`);
    while (isAlive(pid)) await given.cli.run('daemon', 'status');
    const log = await readFile(join(`${given.cli.store}.moved`, 'daemon', 'log'), 'utf8');
    expect(log).toMatch(/was removed, or another one is in its place/);
  });

  it('removed leaves the socket of the daemon that has come after it', async () => {
    const { child, finished } = await runDaemon();
    child.kill('SIGSTOP');
    await rm(given.cli.store, { recursive: true });
    await given.cli.run('daemon', 'start');
    const pid = await given.cli.daemon();
    child.kill('SIGCONT');
    await finished;
    expect(pid).toBeDefined();
    expect(await given.cli.daemon()).toBe(pid);
  });
});

describe('a daemon whose socket', () => {
  it.each([
    ['was removed', (path: string) => rm(path)],
    ['has another file in its place', (path: string) => rm(path).then(() => writeFile(path, ''))],
    ['was removed with its directory', (path: string) => rm(join(path, '..'), { recursive: true })],
  ])('%s is reached by the next command, and goes on', async (name, lose) => {
    const key = `socket-${name.replaceAll(' ', '-')}`;
    const { finished } = await startGet(key);
    const pid = await given.cli.daemon();
    await lose(join(given.cli.store, 'daemon', 'socket'));
    const { code, stdout } = await given.cli.run('list');
    expect([code, stdout]).toEqual([0, expect.stringContaining('active')]);
    expect(await given.cli.daemon()).toBe(pid);
    await release(given, key);
    expect((await finished).code).toBe(0);
  });

  it('was removed is stopped all the same', async () => {
    await given.cli.run('daemon', 'start');
    const pid = (await given.cli.daemon()) as number;
    // it makes another one only when the command has seen that there is none
    process.kill(pid, 'SIGSTOP');
    await rm(join(given.cli.store, 'daemon', 'socket'));
    const script = join(given.cli.directory, 'tell.cjs');
    await writeFile(
      script,
      `const net = require('node:net');
       const { connect } = net;
       net.connect = (...to) => connect(...to).once('error', () => process.stderr.write('nobody there'));`,
    );
    const { finished, said } = given.cli.start(['daemon', 'stop'], { NODE_OPTIONS: `--require ${script}` });
    await said(/nobody there/);
    process.kill(pid, 'SIGCONT');
    const { code, stdout } = await finished;
    expect([code, stdout]).toEqual([0, expect.stringContaining('was stopped')]);
    expect(isAlive(pid)).toBe(false);
  });

  it('is another one by now does not remove that at its end', async () => {
    const { child, finished } = await runDaemon();
    const path = join(given.cli.store, 'daemon', 'socket');
    child.kill('SIGSTOP');
    await rm(path);
    await writeFile(path, 'not ours');
    child.kill('SIGTERM');
    child.kill('SIGCONT');
    await finished;
    expect(existsSync(path)).toBe(true);
  });
});

it('a daemon whose lock was removed leaves the store to the next one, with which a get goes on', async () => {
  const { finished } = await startGet('lock');
  const pid = await given.cli.daemon();
  await rm(join(given.cli.store, 'engine.lock'));
  expect(await finished).toMatchObject({ code: 0 });
  expect(await given.cli.daemon()).not.toBe(pid);
  expect((await given.cli.run('log')).stdout).toContain('lock');
});
