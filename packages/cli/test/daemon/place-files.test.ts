import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useEngines } from '../../../node/test/engine/given.ts';
import { forEachAtATime } from '../../src/daemon/for-each-at-a-time.ts';
import { type FileToPlace, NamesInUse, placeFile } from '../../src/daemon/place-files.ts';

const engines = useEngines();

async function givenFiles(count: number): Promise<{ files: FileToPlace[]; directory: string }> {
  const sources = await engines.directory();
  const files = Array.from({ length: count }, (_, index) => ({
    source: join(sources, `${index}`),
    name: 'download',
    mayBeNumbered: true,
    temporaryName: `.bgfetch-key-${index}`,
  }));
  await forEachAtATime(files, 8, ({ source }) => writeFile(source, ''));
  return { files, directory: await engines.directory() };
}

/** Places all, eight at a time; resolves with the paths, in the order of the files. */
async function place(files: readonly FileToPlace[], directory: string): Promise<string[]> {
  const names = new NamesInUse();
  const paths: string[] = [];
  await forEachAtATime(files, 8, async (file, index) => {
    paths[index] = await placeFile(file, directory, false, names);
  });
  return paths;
}

/** Trying each number for each file takes twice its limit of time. */
it('numbers a thousand files of one name in time that grows with their number', {
  timeout: 15_000,
}, async () => {
  const { files, directory } = await givenFiles(1000);
  expect(new Set(await place(files, directory)).size).toBe(1000);
  expect(await readdir(directory)).toHaveLength(1000);
});

it('finds each file where it is when it is called again, in whatever order', async () => {
  const { files, directory } = await givenFiles(40);
  await writeFile(join(directory, 'download'), 'mine');
  const some = await place(files.slice(0, 20), directory);
  const all = await place([...files].reverse(), directory);
  expect(all.reverse().slice(0, 20)).toEqual(some);
  expect(new Set(all).size).toBe(40);
  expect(await readdir(directory)).toHaveLength(41);
});
