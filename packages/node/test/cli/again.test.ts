import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useCommandLine } from './given.ts';

const given = useCommandLine();

/** A server of files with versions, that answers conditional requests. */
const site = {
  origin: '',
  /** by path; those that are not there are answered with 404 */
  files: new Map<string, { text: string; validators: Record<string, string> }>(),
  /** `GET /path 200` */
  log: [] as string[],
};
let close: () => Promise<unknown>;
beforeEach(async () => {
  site.files.clear();
  site.log.length = 0;
  const server = createServer((request, response) => {
    const file = site.files.get(request.url ?? '');
    const status = !file ? 404 : isCurrent(request, file.validators) ? 304 : 200;
    site.log.push(`${request.method} ${request.url} ${status}`);
    response.writeHead(status, file?.validators);
    response.end(status === 200 ? file?.text : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => new Promise((resolve) => server.close(resolve));
});
afterEach(() => close());

function isCurrent({ headers }: IncomingMessage, validators: Record<string, string>): boolean {
  const { etag, 'last-modified': modified } = validators;
  if (headers['if-none-match'] !== undefined) return headers['if-none-match'] === etag;
  return modified !== undefined && headers['if-modified-since'] === modified;
}

function publish(
  path: string,
  text: string,
  validators: Record<string, string> = { etag: `"${text}"` },
): void {
  site.files.set(path, { text, validators });
}

function url(path: string): string {
  return `${site.origin}${path}`;
}

function at(...path: string[]): string {
  return join(given.cli.directory, ...path);
}

/** What a `get` leaves that was killed before its end. */
async function leave(...urls: string[]): Promise<void> {
  expect((await given.cli.run('fetch', '--wait', '-o', `${given.cli.directory}/`, ...urls)).code).toBe(0);
  site.log.length = 0;
}

describe('a get of what an earlier one has left', () => {
  it.each([
    ['its ETag', { etag: '"1"' }],
    ['its time', { 'last-modified': 'Mon, 02 Nov 2026 10:00:00 GMT' }],
  ])(
    'asks the server, and fetches nothing where it says by %s that it has the same',
    async (_name, validators) => {
      publish('/film', 'one', validators as Record<string, string>);
      await leave(url('/film'));
      const { code, stdout } = await given.cli.run('get', url('/film'));
      expect([code, stdout, site.log]).toEqual([0, `${at('film')}\n`, ['GET /film 304']]);
      expect(await readdir(given.cli.directory)).toEqual(expect.not.arrayContaining(['film (1)']));
      expect(await given.cli.events('list')).toEqual([]);
    },
  );

  it('fetches what was moved away, or changed', async () => {
    publish('/film', 'one');
    for (const spoil of [() => rename(at('film'), at('kept')), () => writeFile(at('film'), 'mine!')]) {
      await rm(at('film'), { force: true });
      await leave(url('/film'));
      await spoil();
      const { code, stdout } = await given.cli.run('get', url('/film'));
      expect(code).toBe(0);
      expect(site.log).toEqual(['GET /film 200']);
      expect(await readFile(stdout.trim(), 'utf8')).toBe('one');
    }
    expect(await readFile(at('film'), 'utf8')).toBe('mine!');
  });

  it.each([
    ['another version', { etag: '"new"' }],
    ['the same weak ETag', { etag: 'W/"old"' }],
    ['no validator', {}],
  ])('fetches anew where the server has %s', async (_name, validators) => {
    publish(
      '/film',
      'old',
      Object.hasOwn(validators, 'etag') && _name.includes('weak') ? { etag: 'W/"old"' } : { etag: '"old"' },
    );
    await leave(url('/film'));
    publish('/film', 'new', validators as Record<string, string>);
    const { code, stdout } = await given.cli.run('get', url('/film'));
    expect([code, site.log.at(-1)]).toEqual([0, 'GET /film 200']);
    expect(await readFile(stdout.trim(), 'utf8')).toBe('new');
  });

  it('fails where the server is gone: what there was is no result of now', async () => {
    publish('/film', 'one');
    await leave(url('/film'));
    site.files.clear();
    const { code, stderr } = await given.cli.run('get', url('/film'));
    expect([code, stderr]).toEqual([1, expect.stringContaining('the server answered 404')]);
  });
});

describe('a list that failed in part', () => {
  it('is run again for what is missing, and doubles nothing', async () => {
    publish('/a', 'a', {});
    publish('/c', 'c');
    const urls = ['/a', '/b', '/c'].map(url);
    const first = await given.cli.run('get', ...urls);
    expect([first.code, first.stdout]).toEqual([1, `${at('a')}\n${at('c')}\n`]);
    site.log.length = 0;
    expect((await given.cli.run('get', ...urls)).code).toBe(1);
    publish('/b', 'b');
    const { code, stdout } = await given.cli.run('get', ...urls);
    expect([code, stdout]).toEqual([0, `${at('a')}\n${at('b')}\n${at('c')}\n`]);
    expect(site.log).toEqual(['GET /b 404', 'GET /b 200']);
    expect((await readdir(given.cli.directory)).sort()).toEqual(['a', 'b', 'c', 'store']);
    expect(await given.cli.events('list')).toEqual([]);
  });

  it('fetches a file again that was taken away while another one has only come in part', async () => {
    publish('/a', 'a', {});
    const urls = [
      url('/a'),
      `${given.server.origin}/r/part?size=3000000&attempts=status:404|cut:2000000|status:404|status:404|ok`,
    ];
    for (let run = 0; run < 2; run++) expect((await given.cli.run('get', ...urls)).code).toBe(1);
    await rm(at('a'));
    const { code, stdout } = await given.cli.run('get', ...urls);
    expect([code, stdout]).toEqual([0, `${at('a')}\n${at('part')}\n`]);
    expect(await readFile(at('a'), 'utf8')).toBe('a');
  });

  it('is resumed for what it was asked for last, and takes no file for another one', async () => {
    publish('/a', 'a', {});
    const part = `${given.server.origin}/r/only?size=3000000&attempts=status:404|cut:2000000|status:404|status:404|ok`;
    await writeFile(at('list'), `${url('/a')}\n  out=first\n${part}\n  out=second\n`);
    const list = ['get', '--id', 'it', '--input', at('list')];
    for (let run = 0; run < 2; run++) expect((await given.cli.run(...list)).code).toBe(1);
    await rm(at('first'));
    expect((await given.cli.run('resume', 'it')).code).toBe(0);
    await given.cli.run('watch', 'it');
    expect((await readdir(given.cli.directory)).sort()).toEqual(['list', 'second', 'store']);
    expect((await readFile(at('second'))).length).toBe(3_000_000);
  });

  it('fetches a file again that was taken away meanwhile', async () => {
    publish('/a', 'a', {});
    const urls = ['/a', '/b'].map(url);
    await given.cli.run('get', ...urls);
    await rm(at('a'));
    publish('/b', 'b');
    const { code, stdout } = await given.cli.run('get', ...urls);
    expect([code, stdout]).toEqual([0, `${at('a')}\n${at('b')}\n`]);
    expect(await readFile(at('a'), 'utf8')).toBe('a');
  });
});

describe('what was saved', () => {
  it('is saved to another place as well', async () => {
    publish('/film', 'one');
    await leave(url('/film'));
    const { code, stdout } = await given.cli.run('save', 'film', '-o', 'elsewhere/');
    expect([code, stdout]).toEqual([0, `${at('elsewhere', 'film')}\n`]);
    expect(await readFile(at('elsewhere', 'film'), 'utf8')).toBe('one');
    // a copy: whoever writes into one does not change the other
    await writeFile(at('film'), 'mine');
    expect(await readFile(at('elsewhere', 'film'), 'utf8')).toBe('one');
  });

  it('and is gone can not be saved again: that is said, with what to do', async () => {
    publish('/film', 'one');
    await leave(url('/film'));
    await rm(at('film'));
    for (const place of ['elsewhere/', '.']) {
      const { code, stderr } = await given.cli.run('save', 'film', '-o', place);
      expect([code, stderr]).toEqual([
        4,
        expect.stringMatching(/film is not there any more as it was saved/),
      ]);
    }
  });

  it('and is gone is fetched again by the same fetch', async () => {
    publish('/film', 'one');
    const again = ['fetch', '--wait', '-o', `${given.cli.directory}/`, url('/film')];
    expect((await given.cli.run(...again)).code).toBe(0);
    await rm(at('film'));
    const { code, stdout } = await given.cli.run(...again);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`${at('film')}\n`)]);
    expect(await readFile(at('film'), 'utf8')).toBe('one');
  });

  it('by a fetch that failed is not what the same fetch ends with', async () => {
    const again = ['fetch', '--wait', url('/film')];
    expect((await given.cli.run(...again)).code).toBe(1);
    publish('/film', 'one');
    expect((await given.cli.run(...again)).code).toBe(0);
  });
});
