import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { release, sha256, stalled, useCommandLine } from './given.ts';

const given = useCommandLine();
let key = '';
let keys = 0;
beforeEach(() => {
  key = `lost-${++keys}`;
});

/** The paths of the notes of fetches, as the daemon has them at rest. */
async function notes(): Promise<string[]> {
  const directory = join(given.cli.store, 'daemon', 'fetches');
  return (await readdir(directory)).map((name) => join(directory, name));
}

const damages: readonly (readonly [string, (path: string) => Promise<void>])[] = [
  ['empty', (path) => truncate(path)],
  ['half written', async (path) => truncate(path, Math.floor((await readFile(path)).length / 2))],
  ['no note', (path) => writeFile(path, '{"schema":1}')],
];

/** Ends the daemon, and damages the only note. */
async function damageNote(damage: (path: string) => Promise<void>): Promise<string> {
  await given.cli.run('daemon', 'stop');
  const [note = ''] = await notes();
  await damage(note);
  return note;
}

describe('a fetch in the background whose note is', () => {
  it.each(damages)('%s says that its place is lost, and what to do', async (_name, damage) => {
    const url = `${given.server.origin}/r/${key}?size=1000000&attempts=stall:500000|stall:200000|ok`;
    await given.cli.run('fetch', '--id', 'film', '--output', 'out/', url);
    await stalled(given, key);
    const note = await damageNote(damage);
    const text = await readFile(note, 'utf8');

    const advice = /film: .*can't be read \(it is kept: .*\.json\).*"bgfetch save film --output DIR"/;
    const listed = await given.cli.run('list');
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining('film  active') });
    expect(listed.stderr.trim().split('\n')).toEqual([expect.stringMatching(advice)]);
    expect((await given.cli.run('show', 'film')).stdout).toMatch(
      /problem .*"bgfetch save film --output DIR"/,
    );
    const [listedEvent] = await given.cli.events('list');
    expect(listedEvent?.problem).toMatch(/bgfetch save film/);

    await stalled(given, key);
    await release(given, key);
    expect(await given.cli.run('watch', 'film')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('bgfetch save film --output DIR'),
    });
    expect((await given.cli.run('save', 'film', '--output', 'out/')).code).toBe(0);
    const expected = await fetch(`${given.server.origin}/r/${key}?size=1000000&of=3`);
    await writeFile(join(given.cli.directory, 'expected'), Buffer.from(await expected.arrayBuffer()));
    const [whole, saved] = ['expected', `out/${key}`].map((name) => join(given.cli.directory, name));
    expect(await sha256(saved ?? '')).toBe(await sha256(whole ?? ''));
    expect(await readFile(note, 'utf8')).toBe(text);
    expect(await given.cli.events('list')).toEqual([expect.objectContaining({ id: 'film', problem: null })]);
    expect((await given.cli.run('list')).stderr).toBe('');
  });
});

describe('a fetch that has ended, and whose note is', () => {
  it.each(damages)('%s is told by list, with what was received for it', async (_name, damage) => {
    const url = `${given.server.origin}/r/${key}?size=5`;
    expect((await given.cli.run('fetch', '--wait', '--id', 'film', url)).code).toBe(0);
    const note = await damageNote(damage);
    const text = await readFile(note, 'utf8');
    const received = note.replace('fetches', 'received').replace(/\.json$/, '');
    const { code, stderr } = await given.cli.run('list');
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${note} can't be read`)]);
    expect(stderr).toContain(received);
    expect(await given.cli.events('daemon', 'status')).toEqual([
      expect.objectContaining({ unreadable: [note] }),
    ]);
    expect(await readdir(received)).toEqual(['0']);
    expect((await given.cli.run('get', url)).code).toBe(0);
    expect(await readFile(note, 'utf8')).toBe(text);
  });
});
