import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useMortalServer } from '../../../node/test/mortal-server.ts';
import { size as smallSize, useCommandLine } from './given.ts';

const size = 20 * 2 ** 20;
const received = 19 * 2 ** 20;
const given = useCommandLine();
const server = useMortalServer(size);

/** Runs a command, and kills its server when all but the last part has come. */
async function diesDuring(args: () => readonly string[]) {
  await server().start();
  server().diesAfter = received;
  const { finished } = given.cli.start(args());
  for (;;) {
    const fetches = await given.cli.events('list');
    if (fetches.some(({ downloaded }) => (downloaded as number) >= received)) break;
    if (fetches.some(({ state }) => state === 'failure')) throw new Error('It failed too soon');
  }
  await server().kill();
  return await finished;
}

const get = (...more: string[]): string[] => ['get', '--retry', '0', '-x', '1', ...more, server().url];

async function isWhole(name = 'film.bin'): Promise<boolean> {
  const bytes = await readFile(join(given.cli.directory, name));
  return Buffer.compare(bytes, server().content) === 0;
}

describe('a server that is gone at 95 %', () => {
  it('makes get fail, and the same command goes on from there when it is back', async () => {
    const failed = await diesDuring(get);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('19.0 MiB are kept for a while: the same command goes on from there');
    const [listed] = await given.cli.events('list');
    expect(listed).toMatchObject({ id: 'film.bin', state: 'failure', reason: 'fetch-error', kept: received });
    expect(listed?.keptUntil).toBeGreaterThan(Date.now());
    await given.cli.run('daemon', 'stop');
    // it is still gone
    expect((await given.cli.run(...get())).code).toBe(1);
    await server().start();
    expect((await given.cli.run(...get())).code).toBe(0);
    expect(await isWhole()).toBe(true);
    expect(server().ranges).toEqual(['', `bytes=${received}-`]);
    expect(await given.cli.events('list')).toEqual([]);
  });

  it('makes fetch go on, too, and resume', async () => {
    const fetch = (): string[] => {
      return ['fetch', '--wait', '--retry', '0', '-x', '1', '-o', 'into/', server().url];
    };
    expect((await diesDuring(fetch)).code).toBe(1);
    expect((await given.cli.run('resume', 'film.bin')).code).toBe(0);
    expect((await given.cli.run('watch', 'film.bin')).code).toBe(1);
    await server().start();
    expect((await given.cli.run(...fetch())).code).toBe(0);
    expect(await isWhole('into/film.bin')).toBe(true);
    expect(server().ranges).toEqual(['', `bytes=${received}-`]);
  });

  it('leaves nothing that goes on once it is forgotten', async () => {
    await diesDuring(get);
    expect((await given.cli.run('forget', 'film.bin')).code).toBe(0);
    expect(await given.cli.events('list')).toEqual([]);
    await server().start();
    expect((await given.cli.run(...get())).code).toBe(0);
    expect(server().ranges).toEqual(['', '']);
  });
});

describe('a file that came whole while another one failed', () => {
  it('stays as it was saved, and comes again only if it is gone', async () => {
    const song = `${given.server.origin}/r/song?size=${smallSize}`;
    expect((await diesDuring(() => get(song))).code).toBe(1);
    expect((await given.cli.run(...get(song))).code).toBe(1);
    expect((await readdir(given.cli.directory)).sort()).toEqual(['song', 'store']);
    await rm(join(given.cli.directory, 'song'));
    await server().start();
    expect((await given.cli.run(...get(song))).code).toBe(0);
    expect((await readdir(given.cli.directory)).sort()).toEqual(['film.bin', 'song', 'store']);
    expect(await isWhole()).toBe(true);
  });
});
