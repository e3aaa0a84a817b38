import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { film, loginPage, usePortal } from '../../../node/test/portal.ts';
import { useCommandLine } from './given.ts';

const given = useCommandLine();
const { behindAPortal } = usePortal();

it('keeps what has come of a file where a login page answers in place of its server', async () => {
  const origin = await behindAPortal(3);
  const get = (retries: string) =>
    given.cli.run('get', '--same-type', '-x', '1', '--retry', retries, `${origin}/film.mp4`);
  const failed = await get('1');
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/sends another media type/)]);
  const { code } = await get('5');
  expect(code).toBe(0);
  expect(film.equals(await readFile(join(given.cli.directory, 'film.mp4')))).toBe(true);
});

it('takes what the server says where that is not asked for', async () => {
  const origin = await behindAPortal(3);
  const { code } = await given.cli.run('get', '-x', '1', `${origin}/film.mp4`);
  expect([code, await readFile(join(given.cli.directory, 'film.mp4'), 'utf8')]).toEqual([0, loginPage]);
});
