import { lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileExistsError } from '@background-fetch/node';
import { describe, expect, it } from 'vitest';
import { makeSpecial, type SpecialKind } from '../../../common/test/special-files.ts';
import { saveRecord } from '../../../node/src/save-record.ts';
import { useEngines } from '../../../node/test/engine/given.ts';
import { placeFile } from '../../src/daemon/place-files.ts';
import { useCommandLine } from '../command/given.ts';

const engines = useEngines();
const given = useCommandLine();
const kinds: readonly (readonly [SpecialKind, RegExp])[] = [
  ['pipe', /is a named pipe/],
  ['socket', /is a socket/],
  ['device', /is a device/],
];

/** Its type and number: another one of the same kind has another. */
async function identityOf(path: string): Promise<readonly number[]> {
  const { mode, ino } = await lstat(path);
  return [mode & 0o170000, ino];
}

describe.each(kinds)('a %s', (kind, said) => {
  it.for([true, false])(
    'keeps its place when a file is put there; overwriting: %s',
    async (overwrite, { skip }) => {
      const directory = await engines.directory();
      const path = join(directory, 'out');
      const impossible = await makeSpecial(kind, path);
      skip(impossible !== null, impossible ?? '');
      const before = await identityOf(path);
      const source = join(await engines.directory(), 'source');
      await writeFile(source, 'new');
      const file = { name: 'out', source, temporaryName: '.bgfetch-key-0' };
      const refused = placeFile({ ...file, mayBeNumbered: false }, directory, overwrite);
      await expect(refused).rejects.toThrow(FileExistsError);
      await expect(refused).rejects.toThrow(said);
      await expect(refused).rejects.toThrow(/-o -/);
      expect(await placeFile({ ...file, mayBeNumbered: true }, directory, overwrite)).toBe(`${path} (1)`);
      await symlink('out', join(directory, 'link'));
      const throughLink = placeFile({ ...file, name: 'link', mayBeNumbered: false }, directory, overwrite);
      await expect(throughLink).rejects.toThrow(/is a link to a/);
      expect((await lstat(join(directory, 'link'))).isSymbolicLink()).toBe(true);
      expect(await identityOf(path)).toEqual(before);
    },
  );

  it.for([true, false])(
    'keeps its place when saveRecord() is to write there; overwriting: %s',
    async (overwrite, { skip }) => {
      const { cli, server } = given;
      const path = join(cli.directory, 'out');
      const impossible = await makeSpecial(kind, path);
      skip(impossible !== null, impossible ?? '');
      const before = await identityOf(path);
      const engine = await engines.open({ directory: await engines.directory() });
      const handled = new Promise((resolve) => {
        engine.addEventListener('backgroundfetchsuccess', (event) => {
          const work = event.registration.matchAll().then(async ([record]) => {
            if (!record) throw new Error('There is no record');
            return await saveRecord(record, path, { overwrite }).catch((error) => error);
          });
          event.waitUntil(work);
          resolve(work);
        });
      });
      await engine.backgroundFetch.fetch('one', `${server.origin}/r/special?size=300000`);
      const error = await handled;
      expect(error).toMatchObject({ name: 'FileExistsError', message: expect.stringMatching(said) });
      expect(await identityOf(path)).toEqual(before);
    },
  );

  it('is refused by the command before anything is fetched', async ({ skip }) => {
    const { cli, server } = given;
    const path = join(cli.directory, 'out');
    const impossible = await makeSpecial(kind, path);
    skip(impossible !== null, impossible ?? '');
    const before = await identityOf(path);
    const key = `early-${kind}`;
    const { code, stderr } = await cli.run(
      'get',
      '--overwrite',
      '-o',
      'out',
      `${server.origin}/r/${key}?size=9`,
    );
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
    await symlink('out', join(cli.directory, 'link'));
    const url = `${server.origin}/r/${key}?size=9`;
    const throughLink = await cli.run('get', '--overwrite', '-o', 'link', url);
    expect([throughLink.code, throughLink.stderr]).toEqual([2, expect.stringMatching(/is a link to a/)]);
    expect(server.log.of(key)).toEqual([]);
    expect(await identityOf(path)).toEqual(before);
  });
});

describe('the null device', () => {
  it('takes what is fetched and keeps its place, whether overwriting is allowed or not', async ({ skip }) => {
    const { cli, server } = given;
    const path = join(cli.directory, 'null');
    const impossible = await makeSpecial('null device', path);
    skip(impossible !== null, impossible ?? '');
    const before = await identityOf(path);
    for (const options of [[], ['--overwrite']]) {
      const url = `${server.origin}/r/discarded?size=300000`;
      const { code, stderr } = await cli.run('get', ...options, '-o', 'null', url);
      expect([code, stderr]).toEqual([0, expect.any(String)]);
      expect(await identityOf(path)).toEqual(before);
    }
  });
});

it('a link to what a process has open is not replaced', async () => {
  const directory = await engines.directory();
  const source = join(directory, 'source');
  await writeFile(source, 'new');
  await symlink('/proc/self/fd/1', join(directory, 'stdout'));
  const file = { name: 'stdout', source, temporaryName: '.bgfetch-key-0', mayBeNumbered: false };
  await expect(placeFile(file, directory, true)).rejects.toThrow(/is a link to what a process has open/);
  expect((await lstat(join(directory, 'stdout'))).isSymbolicLink()).toBe(true);
});

it.runIf(process.platform === 'linux')(
  'a directory that cannot be made is told of, and holds up nothing',
  { timeout: 60_000 },
  async () => {
    const { cli, server } = given;
    await mkdir(join(cli.directory, 'there'));
    const { code, stderr } = await cli.run('get', '-o', '/proc/x/', `${server.origin}/r/proc?size=9`);
    expect([code, stderr]).toEqual([4, expect.stringMatching(/could not be saved in \/proc\/x/)]);
    const saved = await cli.run('save', 'proc', '-o', 'there/a/b/');
    expect([saved.code, (await readFile(join(cli.directory, 'there/a/b/proc'))).length]).toEqual([0, 9]);
    expect((await cli.run('daemon', 'stop')).code).toBe(0);
  },
);
