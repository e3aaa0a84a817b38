import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useCommandLine } from './given.ts';

const given = useCommandLine();

function url(key: string, attempts = 'ok'): string {
  return `${given.server.origin}/r/${key}?size=1000&attempts=${attempts}`;
}

function at(...path: string[]): string {
  return join(given.cli.directory, ...path);
}

/** A list of two files, of which the second is not there at first. */
async function failInPart(site: string): Promise<string[]> {
  const get = ['get', '-o', 'first/', url(`${site}-whole`), url(`${site}-late`, 'status:404|ok')];
  expect((await given.cli.run(...get)).code).toBe(1);
  return get;
}

describe('a fetch whose files were saved elsewhere, too,', () => {
  it('goes on where it belongs', async () => {
    const get = await failInPart('a');
    expect((await given.cli.run('save', 'a-whole', '-o', 'second/')).stdout).toBe(
      `${at('second', 'a-whole')}\n`,
    );
    const { code, stdout } = await given.cli.run(...get);
    expect([code, stdout]).toEqual([0, `${at('first', 'a-whole')}\n${at('first', 'a-late')}\n`]);
    expect(await readdir(at('second'))).toEqual(['a-whole']);
    expect((await readdir(at('first'))).sort()).toEqual(['a-late', 'a-whole']);
  });

  it('replaces nothing only because what was saved elsewhere could', async () => {
    const get = await failInPart('b');
    expect((await given.cli.run('save', 'b-whole', '-o', 'second/', '--overwrite')).code).toBe(0);
    await writeFile(at('first', 'b-late'), 'mine');
    const { code, stdout } = await given.cli.run(...get);
    expect([code, stdout]).toEqual([0, `${at('first', 'b-whole')}\n${at('first', 'b-late (1)')}\n`]);
    expect(await readFile(at('first', 'b-late'), 'utf8')).toBe('mine');
  });

  it('is no result where only the other place has them', async () => {
    const fetch = ['fetch', '--wait', '-o', 'first/', url('moved')];
    expect((await given.cli.run(...fetch)).code).toBe(0);
    await given.cli.run('save', 'moved', '-o', 'second/');
    await rm(at('first', 'moved'));
    expect((await given.cli.run(...fetch)).code).toBe(0);
    expect(await readdir(at('first'))).toEqual(['moved']);
  });

  it('keeps the name that it has, whatever they were saved as', async () => {
    await given.cli.run('fetch', '--wait', url('plain'));
    expect((await given.cli.run('save', 'plain', '-o', 'second/other')).code).toBe(0);
    await rm(at('second', 'other'));
    expect((await given.cli.run('fetch', '--wait', url('plain'))).code).toBe(0);
    expect((await given.cli.run('save', 'plain', '-o', 'second/')).stdout).toBe(`${at('second', 'plain')}\n`);
  });

  it('brings what had no place once there is one', async () => {
    const get = ['get', '-o', 'first/below/', url('kept')];
    await writeFile(at('first'), 'no directory');
    expect((await given.cli.run(...get)).code).toBe(4);
    expect((await given.cli.run('save', 'kept', '-o', 'second/')).code).toBe(0);
    await rm(at('first'));
    await mkdir(at('first'));
    const { code, stdout } = await given.cli.run(...get);
    expect([code, stdout]).toEqual([0, `${at('first', 'below', 'kept')}\n`]);
    expect(await readdir(at('second'))).toEqual(['kept']);
  });
});
