import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { useEngines } from '../../../node/test/engine/given.ts';
import { copyName, WholeFile } from '../../src/files/whole-file.ts';

const engines = useEngines();
const name = copyName('secret');
let folder = '';
let copy = '';
let path = '';

/** As a death leaves it. */
const left = () => writeFile(copy, 'a part of it');

beforeEach(async () => {
  folder = await engines.directory();
  copy = join(folder, name);
  path = join(folder, 'film');
});

describe('a copy that a death has left', () => {
  it('makes no empty file of the user ours, where there are hard links', async () => {
    await left();
    await writeFile(path, '');
    const { ino } = await lstat(path);
    const whole = new WholeFile({ kind: 'bytes', bytes: Buffer.from('whole') }, copy);
    expect(await whole.nameNew(path)).toBe(false);
    await whole.removeCopy();
    expect(await lstat(path)).toMatchObject({ ino, size: 0 });
    expect(await readdir(folder)).toEqual(['film']);
  });

  it('is taken away where a link is made the next time', async () => {
    await left();
    await writeFile(path, 'before');
    const source = join(folder, 'source');
    await writeFile(source, 'whole');
    const whole = new WholeFile({ kind: 'shared', path: source, secondName: `${source}.link` }, copy);
    expect(await whole.replace(path)).toBe(true);
    await whole.removeCopy();
    expect(await readFile(path, 'utf8')).toBe('whole');
    expect((await readdir(folder)).sort()).toEqual(['film', 'source']);
  });

  it('is taken away where something has come that is never replaced', async () => {
    await left();
    await mkdir(path);
    const whole = new WholeFile({ kind: 'bytes', bytes: Buffer.from('whole') }, copy);
    expect(await whole.replace(path)).toBe(false);
    await whole.removeCopy();
    expect(await readdir(folder)).toEqual(['film']);
  });
});
