import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useCommandLine } from './given.ts';

const given = useCommandLine();
const day = 24 * 60 * 60_000;

function url(key: string, query = 'size=5'): string {
  return `${given.server.origin}/r/${key}?${query}`;
}

async function ids(): Promise<unknown[]> {
  return (await given.cli.events('list')).map(({ id }) => id);
}

interface Note {
  id: string;
  ended: { at: number };
}

/** Ends the daemon, and lets its notes say that their fetches ended so long ago. */
async function letPass(time: number): Promise<void> {
  await given.cli.run('daemon', 'stop');
  const directory = join(given.cli.store, 'daemon', 'fetches');
  for (const name of await readdir(directory)) {
    const note = JSON.parse(await readFile(join(directory, name), 'utf8')) as Note;
    note.ended.at -= time;
    await writeFile(join(directory, name), JSON.stringify(note));
  }
}

/** A list of which one file comes and one does not; what has come is saved. */
async function getPart(id: string, ...more: string[]): Promise<number | null> {
  await writeFile(join(given.cli.directory, 'list'), `${url(`${id}-1`)}\n${url(`${id}-2`, 'status=404')}\n`);
  return (await given.cli.run(...more, '--id', id, '--input', 'list')).code;
}

describe('what a get that failed has left', () => {
  it('is there for 30 days, and forgotten by then', async () => {
    expect(await getPart('old', 'get')).toBe(1);
    await letPass(29 * day);
    expect(await ids()).toEqual(['old']);
    await letPass(2 * day);
    expect(await ids()).toEqual([]);
    expect((await given.cli.run('log', 'old')).stdout).toContain('is forgotten');
    expect(existsSync(join(given.cli.directory, 'old-1'))).toBe(true);
  });

  it('stays where the same command was given again meanwhile', async () => {
    expect(await getPart('again', 'get')).toBe(1);
    await letPass(29 * day);
    expect(await getPart('again', 'get')).toBe(1);
    await letPass(2 * day);
    expect(await ids()).toEqual(['again']);
  });

  it('stays where a fetch in the background has left it, or something is not saved', async () => {
    expect(await getPart('background', 'fetch', '--wait', '--output', 'out/')).toBe(1);
    expect(await getPart('unsaved', 'fetch', '--wait')).toBe(1);
    await letPass(100 * day);
    expect(await ids()).toEqual(['background', 'unsaved']);
  });
});

describe('bgfetch forget --failed', () => {
  it('forgets all that failed, but what was received and is not saved', async () => {
    expect(await getPart('failed', 'get')).toBe(1);
    expect(await getPart('unsaved', 'fetch', '--wait')).toBe(1);
    expect((await given.cli.run('fetch', '--wait', '--id', 'done', url('done'))).code).toBe(0);
    const { code, stdout, stderr } = await given.cli.run('forget', '--failed');
    expect([code, stdout]).toEqual([0, 'failed: forgotten\n']);
    expect(stderr).toContain('unsaved: left, as 1 of its files came and are not saved');
    expect(await ids()).toEqual(['unsaved', 'done']);
  });

  it.each([
    ['neither ids nor that', []],
    ['both', ['a', '--failed']],
  ])('is refused with %s', async (_, args) => {
    const { code, stderr } = await given.cli.run('forget', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Say what to forget')]);
  });
});
