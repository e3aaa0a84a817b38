import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useCommandLine } from './given.ts';

const given = useCommandLine();
const url = (key: string, query: string): string => `${given.server.origin}/r/${key}?${query}`;

describe('bgfetch retry', () => {
  it('begins again what failed and left nothing, with all that was asked for', async () => {
    const query = 'size=5&attempts=status:404|ok';
    const asked = ['--id', 'film', '--title', 'A film', '--output', 'into/film.mp4', url('begun', query)];
    expect((await given.cli.run('fetch', '--wait', ...asked)).code).toBe(1);
    const { code, stdout } = await given.cli.run('retry', 'film');
    expect([code, stdout]).toEqual([0, 'film: begins again\n']);
    expect((await given.cli.run('watch', 'film')).code).toBe(0);
    expect(await given.cli.events('list')).toMatchObject([{ id: 'film', title: 'A film', state: 'success' }]);
    expect(await readdir(join(given.cli.directory, 'into'))).toEqual(['film.mp4']);
  });

  it('goes on with what is kept', async () => {
    const query = 'size=3000000&attempts=cut:2000000|status:404|status:404|ok';
    const urls = [url('retry-whole', 'size=10'), url('retry-missing', query)];
    const args = ['--wait', '--retry', '0', '--id', 'both', '-o', 'into/'];
    expect((await given.cli.run('fetch', ...args, ...urls)).code).toBe(1);
    expect((await given.cli.run('retry', 'both')).stdout).toMatch(/^both: goes on with 1\.\d MiB\n$/);
    expect((await given.cli.run('watch', 'both')).code).toBe(0);
    expect((await readdir(join(given.cli.directory, 'into'))).sort()).toEqual([
      'retry-missing',
      'retry-whole',
    ]);
  });

  it('asks only for files that are missing, where nothing is kept', async () => {
    const unnamed = 'size=5&etag=none&lastmod=none';
    const urls = [url('there', unnamed), url('missing', `${unnamed}&attempts=status:404|ok`)];
    expect((await given.cli.run('fetch', '--wait', '--id', 'both', '-o', 'into/', ...urls)).code).toBe(1);
    expect((await given.cli.run('retry', 'both')).stdout).toBe('both: begins again\n');
    expect((await given.cli.run('watch', 'both')).code).toBe(0);
    expect(given.server.log.of('there')).toHaveLength(1);
    expect((await readdir(join(given.cli.directory, 'into'))).sort()).toEqual(['missing', 'there']);
  });

  it('leaves a file alone that waits for being saved', async () => {
    const urls = [url('waits', 'size=5'), url('late', 'size=5&attempts=status:404|ok')];
    expect((await given.cli.run('fetch', '--wait', '--id', 'it', ...urls)).code).toBe(1);
    expect((await given.cli.run('retry', 'it')).code).toBe(0);
    expect((await given.cli.run('watch', 'it')).code).toBe(0);
    expect((await given.cli.run('save', 'it', '-o', 'saved/')).code).toBe(0);
    expect((await readdir(join(given.cli.directory, 'saved'))).sort()).toEqual(['late', 'waits']);
    const asked = given.server.log.of('waits').map(({ headers }) => headers['if-none-match']);
    expect(asked).toEqual([undefined, expect.stringMatching(/^"/)]);
  });

  it.each<[string, () => string[], RegExp]>([
    ['a header', () => ['-H', 'X-Key: 1', url('with-header', 'status=404')], /Give the command for it again/],
    [
      'a secret in its URL',
      () => [url('with-secret', 'status=404&note=1&token=abc')],
      /Give the command for it again/,
    ],
    ['success', () => [url('fine', 'size=5')], /"it" did not fail/],
  ])('says why it can not begin again one with %s, and leaves it as it is', async (_, asked, message) => {
    await given.cli.run('fetch', '--wait', '--id', 'it', ...asked());
    const before = await given.cli.events('show', 'it');
    const { code, stderr } = await given.cli.run('retry', 'it');
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(await given.cli.events('show', 'it')).toEqual(before);
  });
});

describe('bgfetch log', () => {
  it('has what was written about a fetch, whatever it is called, and about no other', async () => {
    const id = 'a "film"\n\u202e';
    const cut = (key: string): string => url(key, 'size=5&drop=reset');
    for (const [name, key] of [
      [id, 'mine'],
      ['other', 'others'],
    ] as const) {
      await given.cli.run('fetch', '--wait', '--retry', '0', '--id', name, cut(key));
    }
    const { code, stdout } = await given.cli.run('log', id);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+ \d+ .*an attempt to fetch .*\/r\/mine/m);
    expect(stdout).not.toContain('/r/others');
    expect((await given.cli.events('log', 'other'))[0]).toEqual({
      event: 'log',
      line: expect.stringContaining('/r/others'),
    });
  });

  it('tells where it is, and the last lines, without a daemon', async () => {
    await given.cli.run('daemon', 'start');
    await given.cli.run('daemon', 'stop');
    const path = join(given.cli.store, 'daemon', 'log');
    await appendFile(path, Array.from({ length: 30 }, (_, i) => `line ${i}\n`).join(''));
    const { code, stdout } = await given.cli.run('log');
    expect([code, stdout.split('\n').slice(0, 2)]).toEqual([0, [path, 'line 10']]);
    expect(await given.cli.daemon()).toBeUndefined();
    const nothing = await given.cli.run('log', 'nothing');
    expect([nothing.code, nothing.stdout]).toEqual([0, '']);
    expect(nothing.stderr).toContain('The log says nothing about "nothing"');
  });
});
