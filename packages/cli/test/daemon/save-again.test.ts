import { link, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { useEngines } from '../../../node/test/engine/given.ts';
import type { KeptFile } from '../../src/daemon/kept-fetch.ts';
import { takeForSaving } from '../../src/daemon/save-again.ts';

const synced = vi.hoisted(() => [] as string[]);
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const open = async (...args: Parameters<typeof real.open>) => {
    const file = await real.open(...args);
    const sync = file.sync.bind(file);
    file.sync = async () => {
      synced.push(String(args[0]));
      await sync();
    };
    return file;
  };
  return Object.assign({}, real, { open });
});
const engines = useEngines();

async function given(): Promise<{ file: KeptFile; path: string; received: string }> {
  const path = join(await engines.directory(), 'film.mp4');
  await writeFile(path, 'whole');
  const outcome = { reason: '', status: 200, size: 5, suggestedName: 'film.mp4' } as const;
  const file = { url: 'https://a.example/film.mp4', name: null, outcome, path };
  return { file, path, received: join(await engines.directory(), '0') };
}

it('the copy of a saved file is on stable storage before it gets another name', async () => {
  const { file, received } = await given();
  const elsewhere = await engines.directory();
  expect(await takeForSaving(file, { directory: elsewhere, name: null }, received)).toMatchObject({
    path: null,
  });
  expect(await readFile(received, 'utf8')).toBe('whole');
  expect(synced).toContain(received);
});

it('a copy is no second name of the saved file, whatever a death has left', async () => {
  const { file, path, received } = await given();
  await link(path, received);
  await takeForSaving(file, { directory: await engines.directory(), name: null }, received);
  await writeFile(received, 'other');
  expect(await readFile(path, 'utf8')).toBe('whole');
});
