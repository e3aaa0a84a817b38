import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { expectedSha256 } from '@background-fetch/testing-fault-server';
import { describe, expect, it } from 'vitest';
import { command } from './command-line.ts';
import { release, size, stalled, useCommandLine } from './given.ts';

const given = useCommandLine();

/** The standard output of a `get`, as bytes. */
function start(...args: string[]) {
  const { cli } = given;
  const child = spawn(process.execPath, [command, 'get', '-o', '-', ...args], {
    cwd: cli.directory,
    env: { ...process.env, BGFETCH_STORE: cli.store },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => void chunks.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const finished = once(child, 'close').then(([code]) => ({
    code: code as number,
    bytes: Buffer.concat(chunks),
    stderr,
  }));
  return { child, finished, written: () => chunks.reduce((sum, { length }) => sum + length, 0) };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const whole = (key: string): Promise<string> => expectedSha256({ key, version: 1, size });

describe('bgfetch get --output -', () => {
  it('writes the body while it comes, whatever cuts it, and nothing else', async () => {
    const url = `${given.server.origin}/r/streamed?size=${size}&attempts=stall:2000000|cut:100000|ok`;
    const { child, finished, written } = start(url);
    await stalled(given, 'streamed');
    while (written() < 1_000_000) await once(child.stdout, 'data');
    await release(given, 'streamed');
    const { code, bytes } = await finished;
    expect([code, sha256(bytes)]).toEqual([0, await whole('streamed')]);
    expect(await readdir(given.cli.directory)).toEqual(['store']);
    expect(await given.cli.events('list')).toEqual([]);
  });

  it('writes what an earlier one has left', async () => {
    const url = `${given.server.origin}/r/left?size=${size}`;
    expect((await given.cli.run('fetch', '--wait', url)).code).toBe(0);
    const { code, bytes } = await start(url).finished;
    expect([code, sha256(bytes)]).toEqual([0, await whole('left')]);
  });

  it('writes nothing of a failure, and says that a part is one', async () => {
    const refused = await start(`${given.server.origin}/r/refused?size=10&status=404`).finished;
    expect([refused.code, refused.bytes.length]).toEqual([1, 0]);
    const url = `${given.server.origin}/r/part?size=${size}&etag=none&lastmod=none&attempts=cut:2000000|status:404`;
    const { code, stderr } = await start('--retry', '0', url).finished;
    expect([code, stderr]).toEqual([1, expect.stringContaining('the server answered 404')]);
  });

  it('says that what it has written is a part where the daemon is killed', async () => {
    const url = `${given.server.origin}/r/killed?size=${size}&attempts=stall:2000000`;
    const { child, finished, written } = start(url);
    await stalled(given, 'killed');
    while (written() < 1_000_000) await once(child.stdout, 'data');
    process.kill((await given.cli.daemon()) as number, 'SIGKILL');
    await release(given, 'killed');
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([4, expect.stringContaining('What has been written is a part')]);
  });

  it('ends the fetch where nobody reads it any more', async () => {
    const url = `${given.server.origin}/r/head?size=${size}&attempts=stall:2000000|ok`;
    const { child, finished } = start(url);
    await stalled(given, 'head');
    child.stdout.destroy();
    await release(given, 'head');
    expect((await finished).code).toBe(3);
    expect(await given.cli.events('list')).toEqual([]);
  });

  it('forgets the fetch that nobody reads any more although it has come whole', async () => {
    const { child, finished } = start(`${given.server.origin}/r/whole?size=${size}`);
    child.stdout.pause();
    const state = async (): Promise<unknown> => (await given.cli.events('list'))[0]?.state;
    while ((await state()) !== 'success');
    child.stdout.destroy();
    expect((await finished).code).toBe(3);
    expect(await given.cli.events('list')).toEqual([]);
  });

  it.each([
    [['get', '-o', '-', 'URL', 'URL'], /for one file/],
    [['get', '-o', '-', '--json', 'URL'], /both write to the standard output/],
    [['fetch', '-o', '-', 'URL'], /writes into files/],
  ])('is refused where it has no meaning: %j', async (args, said) => {
    const { code, stderr, stdout } = await given.cli.run(
      ...args.map((arg) => (arg === 'URL' ? `${given.server.origin}/r/x?size=10` : arg)),
    );
    expect([code, stderr + stdout]).toEqual([2, expect.stringMatching(said)]);
  });
});
