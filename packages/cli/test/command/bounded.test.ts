import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isAlive } from '@background-fetch/common';
import { afterEach, describe, expect, it } from 'vitest';
import { command } from './command-line.ts';
import { stalled, useCommandLine } from './given.ts';

const given = useCommandLine();

/** A daemon that answers nothing any more, although its process is there. */
let stopped: number | undefined;
async function stopDaemonProcess(): Promise<number> {
  stopped = (await given.cli.daemon()) as number;
  process.kill(stopped, 'SIGSTOP');
  return stopped;
}
afterEach(() => {
  if (stopped !== undefined) process.kill(stopped, 'SIGKILL');
  stopped = undefined;
});

describe('a command', () => {
  it('that follows a fetch ends where the daemon answers no more, and names its process', async () => {
    const url = `${given.server.origin}/r/hangs?size=1000000&attempts=stall:500000`;
    const { finished, said } = given.cli.start(['get', url]);
    await stalled(given, 'hangs');
    await said(/active/);
    const pid = await stopDaemonProcess();
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([4, expect.stringContaining(`kill -9 ${pid}`)]);
  });

  it('that is interrupted while its daemon dies ends', async () => {
    const url = `${given.server.origin}/r/dies?size=1000000&attempts=stall:500000`;
    const { child, finished, said } = given.cli.start(['get', url]);
    await stalled(given, 'dies');
    await said(/active/);
    process.kill((await given.cli.daemon()) as number, 'SIGKILL');
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([3, expect.stringContaining('the same command goes on from there')]);
  });

  it('that gets what another command pauses ends, and says so', async () => {
    const url = `${given.server.origin}/r/shared?size=1000000&attempts=stall:500000`;
    const { finished, said } = given.cli.start(['get', url]);
    await stalled(given, 'shared');
    await said(/active/);
    expect((await given.cli.run('pause', 'shared')).code).toBe(0);
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([3, expect.stringContaining('another command has paused it')]);
  });

  it.each([
    ['fetch --wait', (url: string) => ['fetch', '--wait', '--id', 'shared', url]],
    ['watch', () => ['watch', 'shared']],
    ['watch', () => ['watch']],
  ])('that follows what another command pauses ends, and says so: %s', async (_name, command) => {
    const url = `${given.server.origin}/r/shared?size=1000000&attempts=stall:500000`;
    await given.cli.run('fetch', '--id', 'shared', url);
    await given.cli.run('fetch', '--id', 'done', `${given.server.origin}/r/done?size=5`);
    await given.cli.run('watch', 'done');
    await stalled(given, 'shared');
    const { finished, said } = given.cli.start(command(url));
    await said(/active/);
    expect((await given.cli.run('pause', 'shared')).code).toBe(0);
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([3, expect.stringContaining('shared: another command has paused it')]);
  });

  it('that finds such a daemon ends, and names its process', async () => {
    await given.cli.run('daemon', 'start');
    const pid = await stopDaemonProcess();
    // each waits until the same limit
    const commands = [['list'], ['daemon', 'stop'], ['daemon', 'status']];
    const outcomes = await Promise.all(commands.map((args) => given.cli.run(...args)));
    const named = { code: 4, stderr: expect.stringContaining(`kill -9 ${pid}`) };
    expect(outcomes).toMatchObject([named, named, named]);
  });
});

describe('bgfetch daemon stop', () => {
  it('has ended the process when it returns, whatever that is doing', async () => {
    const url = `${given.server.origin}/r/busy?size=1000000&attempts=stall:500000`;
    await given.cli.run('fetch', url);
    await stalled(given, 'busy');
    const pid = (await given.cli.daemon()) as number;
    expect((await given.cli.run('daemon', 'stop')).code).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  it('returns although nobody asks how the process ended, as in a container without an init process', async () => {
    // `sleep` is the parent of the daemon, and never asks
    const run = 'node "$0" daemon run & exec sleep 3600';
    const parent = spawn('sh', ['-c', run, command], {
      env: { ...process.env, BGFETCH_STORE: given.cli.store },
      stdio: 'ignore',
    });
    try {
      while ((await given.cli.daemon()) === undefined);
      const pid = (await given.cli.daemon()) as number;
      expect(await given.cli.run('daemon', 'stop')).toMatchObject({ code: 0, stderr: '' });
      expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z');
    } finally {
      parent.kill('SIGKILL');
    }
  });
});
