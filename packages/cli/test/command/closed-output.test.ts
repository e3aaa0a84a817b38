import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { command } from './command-line.ts';
import { release, stalled, useCommandLine } from './given.ts';

const given = useCommandLine();

function start(stdout: 'pipe' | number, ...args: string[]) {
  const { cli } = given;
  return spawn(process.execPath, [command, ...args], {
    cwd: cli.directory,
    env: { ...process.env, BGFETCH_STORE: cli.store },
    stdio: ['ignore', stdout, 'pipe'],
  });
}

describe('a command', () => {
  it.skipIf(!existsSync('/dev/full')).each([[[]], [['-o', '-']], [['--json']]])(
    'whose results can not be written says why, and is no success: get %j',
    async (options) => {
      const full = openSync('/dev/full', 'w');
      const child = start(full, 'get', `${given.server.origin}/r/unwritten?size=1000`, ...options);
      closeSync(full);
      let stderr = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      const [code] = await once(child, 'close');
      expect([code, stderr]).toEqual([4, expect.stringContaining('bgfetch: The standard output')]);
      expect(stderr).toContain('ENOSPC');
    },
  );

  it('goes on to its end though nobody reads how it gets on', async () => {
    const child = start('pipe', 'get', `${given.server.origin}/r/unread?size=1000000&attempts=stall:500000`);
    await stalled(given, 'unread');
    child.stderr?.destroy();
    await release(given, 'unread');
    child.stdout?.resume();
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    expect(readdirSync(given.cli.directory)).toContain('unread');
    expect(await given.cli.events('list')).toEqual([]);
  });
});
