import { lstat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { useEngines } from '../../../node/test/engine/given.ts';
import { copyDurably } from '../../src/files/copy-file.ts';
import { isCopyOf } from '../../src/files/own-file.ts';

const engines = useEngines();
const bytes = Buffer.alloc(3 * 1024 * 1024 + 1, 'bytes ');
let source: string;
let copy: string;

beforeEach(async () => {
  const directory = await engines.directory();
  source = join(directory, 'source');
  copy = join(directory, 'copy');
  await writeFile(source, bytes, { mode: 0o640 });
  await utimes(source, 1_700_000_000, 1_700_000_000);
  await copyDurably(source, copy, null);
});

it('a copy is as old as the file, with its rights or those that are asked for', async () => {
  const [from, to] = await Promise.all([lstat(source), lstat(copy)]);
  expect([to.mtimeMs, to.mode]).toEqual([from.mtimeMs, from.mode]);
  await copyDurably(source, copy, 0o600);
  expect((await lstat(copy)).mode & 0o777).toBe(0o600);
});

describe('a file is taken for a copy', () => {
  it('if it is as old, and has the same bytes', async () => {
    expect(await isCopyOf(source, copy)).toBe(true);
    // what FAT keeps of an odd second
    await utimes(copy, 1_700_000_000, 1_699_999_999);
    expect(await isCopyOf(source, copy)).toBe(true);
  });

  it('but not if it is older, although it has the same bytes', async () => {
    await utimes(copy, 1_699_999_000, 1_699_999_000);
    expect(await isCopyOf(source, copy)).toBe(false);
  });

  it.each([0, bytes.length - 1])('but not if byte %i is another one', async (at) => {
    const other = Buffer.from(bytes);
    other[at] = 0;
    await writeFile(copy, other);
    await utimes(copy, 1_700_000_000, 1_700_000_000);
    expect(await isCopyOf(source, copy)).toBe(false);
  });

  it('but not if it is a link to one, or nothing', async () => {
    await symlink(copy, `${copy}.link`);
    expect(await isCopyOf(source, `${copy}.link`)).toBe(false);
    expect(await isCopyOf(source, `${copy}.nothing`)).toBe(false);
  });
});
