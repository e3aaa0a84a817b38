import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectedSha256 } from '@background-fetch/testing-fault-server';
import { describe, expect, it } from 'vitest';
import { sha256, size, stalled, useCommandLine } from './given.ts';

const given = useCommandLine();

describe('bgfetch fetch', () => {
  it('ends watch with trouble where the file that was saved is gone', async () => {
    const url = `${given.server.origin}/r/gone?size=5`;
    expect((await given.cli.run('fetch', '--wait', '-o', 'out/', '--id', 'gone', url)).code).toBe(0);
    expect((await given.cli.run('watch', 'gone')).code).toBe(0);
    await rm(join(given.cli.directory, 'out', 'gone'));
    const { code, stdout, stderr } = await given.cli.run('watch', 'gone');
    expect([code, stdout, stderr]).toEqual([4, '', expect.stringMatching(/out\/gone is not there any more/)]);
  });

  it('returns at once; pause, resume, save and forget take it from there', async () => {
    const url = `${given.server.origin}/r/steered?size=${size}&attempts=stall:1000000|ok`;
    const { code, stdout } = await given.cli.run('fetch', '--id', 'film', '--title', 'A \u001b[31mfilm', url);
    expect([code, stdout]).toEqual([0, 'film\n']);
    await stalled(given, 'steered');
    expect((await given.cli.run('forget', 'film')).code).toBe(2);
    expect((await given.cli.run('pause', 'film')).code).toBe(0);
    expect((await given.cli.run('list')).stdout).toMatch(/^film {2}paused .*A \\u\{1b\}\[31mfilm\n$/);
    expect((await given.cli.run('resume', 'film')).code).toBe(0);
    expect((await given.cli.run('watch', 'film')).code).toBe(0);
    expect((await given.cli.run('save', 'film', '--output', 'film.bin')).code).toBe(0);
    expect(await sha256(join(given.cli.directory, 'film.bin'))).toBe(
      await expectedSha256({ key: 'steered', version: 1, size: size }),
    );
    expect((await given.cli.run('forget', 'film')).code).toBe(0);
    expect((await given.cli.run('show', 'film')).code).toBe(2);
  });

  it('keeps what has come after a stop of the daemon, and goes on at the next command', async () => {
    const url = `${given.server.origin}/r/stopped?size=${size}&attempts=stall:1000000|ok`;
    await given.cli.run('fetch', '--output', 'stopped', url);
    await stalled(given, 'stopped');
    expect((await given.cli.run('daemon', 'stop')).code).toBe(0);
    expect(await given.cli.daemon()).toBeUndefined();
    expect((await given.cli.run('watch')).code).toBe(0);
    expect(await sha256(join(given.cli.directory, 'stopped'))).toBe(
      await expectedSha256({ key: 'stopped', version: 1, size: size }),
    );
  });

  it('tells who watches that it was aborted, with exit code 3', async () => {
    await given.cli.run(
      'fetch',
      '--id',
      'aborted',
      `${given.server.origin}/r/aborted?size=${size}&stall=1000000`,
    );
    await stalled(given, 'aborted');
    const watching = given.cli.start(['watch', 'aborted', '--json']);
    await watching.said(/progress/);
    expect((await given.cli.run('abort', 'aborted')).code).toBe(0);
    expect((await watching.finished).code).toBe(3);
    expect((await given.cli.run('abort', 'aborted')).code).toBe(2);
  });

  it('shows no secrets, and sends them', async () => {
    const url = new URL(`${given.server.origin}/echo/secrets?token=abcdef`);
    url.username = 'me';
    url.password = 'hunter2';
    await given.cli.run('fetch', '--wait', '--id', 's', '--header', 'X-Api-Key: qwerty', url.href);
    const all = [
      (await given.cli.run('show', 's')).stdout,
      JSON.stringify(await given.cli.events('show', 's')),
      await readFile(join(given.cli.store, 'daemon', 'log'), 'utf8'),
    ].join();
    expect(all).toContain('token=***');
    expect(all).not.toMatch(/abcdef|hunter2|qwerty/);
    await given.cli.run('save', 's', '--output', 'echo.json');
    const sent = JSON.parse(await readFile(join(given.cli.directory, 'echo.json'), 'utf8')) as {
      headers: Record<string, string>;
    };
    expect(sent.headers).toMatchObject({
      'x-api-key': 'qwerty',
      authorization: `Basic ${Buffer.from('me:hunter2').toString('base64')}`,
    });
  });

  it('sends a file as the body of the request', async () => {
    await writeFile(join(given.cli.directory, 'body'), 'x'.repeat(100_000));
    const url = `${given.server.origin}/upload/sent`;
    expect(
      (await given.cli.run('get', '--method', 'PUT', '--body', 'body', '--output', 'answer', url)).code,
    ).toBe(0);
    const uploads = await (await fetch(`${given.server.origin}/control/sent/uploads`)).json();
    expect(uploads).toMatchObject([{ method: 'PUT', size: 100_000, complete: true }]);
  });
});
