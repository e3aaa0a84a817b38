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
  /** what an answer waits for */
  hold: null as ((path: string) => Promise<void>) | null,
};
let close: () => Promise<unknown>;
beforeEach(async () => {
  site.files.clear();
  site.log.length = 0;
  const server = createServer(async (request, response) => {
    await site.hold?.(request.url ?? '');
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
  const since = headers['if-modified-since'];
  return modified !== undefined && since !== undefined && Date.parse(modified) <= Date.parse(since);
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

  it('believes no date within whose second the file may have been changed', async () => {
    const now = { date: 'Mon, 02 Nov 2026 10:00:00 GMT', 'last-modified': 'Mon, 02 Nov 2026 10:00:00 GMT' };
    publish('/film', 'old', now);
    await leave(url('/film'));
    publish('/film', 'new', now);
    const { stdout } = await given.cli.run('get', url('/film'));
    expect(site.log).toEqual(['GET /film 200']);
    expect(await readFile(stdout.trim(), 'utf8')).toBe('new');
  });

  it('fetches anew where the server has an older file, and says that it is not newer', async () => {
    publish('/film', 'new', { 'last-modified': 'Mon, 02 Nov 2020 10:00:00 GMT' });
    await leave(url('/film'));
    publish('/film', 'old', { 'last-modified': 'Sun, 01 Nov 2020 10:00:00 GMT' });
    const { stdout } = await given.cli.run('get', url('/film'));
    expect(site.log).toEqual(['GET /film 304', 'GET /film 200']);
    expect(await readFile(stdout.trim(), 'utf8')).toBe('old');
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
    expect(site.log.filter((line) => !line.startsWith('GET /c'))).toEqual(['GET /b 404', 'GET /b 200']);
    expect(site.log.filter((line) => line.startsWith('GET /c'))).toEqual(['GET /c 304', 'GET /c 304']);
    expect((await readdir(given.cli.directory)).sort()).toEqual(['a', 'b', 'c', 'store']);
    expect(await given.cli.events('list')).toEqual([]);
  });

  it('has the version of each file that its server has now', async () => {
    publish('/a', 'old');
    publish('/c', 'same');
    const urls = ['/a', '/b', '/c'].map(url);
    expect((await given.cli.run('get', ...urls)).code).toBe(1);
    publish('/a', 'new');
    publish('/b', 'b');
    site.log.length = 0;
    const { code, stdout } = await given.cli.run('get', ...urls);
    const texts = stdout
      .trim()
      .split('\n')
      .map((path) => readFile(path, 'utf8'));
    expect([code, await Promise.all(texts)]).toEqual([0, ['new', 'b', 'same']]);
    expect([...site.log].sort()).toEqual(['GET /a 200', 'GET /a 200', 'GET /b 200', 'GET /c 304']);
  });

  it('loses nothing that came where the server is in trouble when it is asked', async () => {
    publish('/a', 'a');
    const urls = ['/a', '/b'].map(url);
    expect((await given.cli.run('get', ...urls)).code).toBe(1);
    await close();
    expect((await given.cli.run('get', '--retry', '0', ...urls)).code).toBe(1);
    expect(await given.cli.events('show', 'a')).toEqual(
      expect.arrayContaining([expect.objectContaining({ event: 'file', path: at('a'), state: 'saved' })]),
    );
    close = async () => {};
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

describe('of two lists that begin alike, the second', () => {
  it('goes on with what it left, although the first is done meanwhile', async () => {
    for (const path of ['/b', '/c']) publish(path, path);
    const [first, second] = [['/a', '/b'].map(url), ['/a', '/c'].map(url)];
    for (const urls of [first, second]) expect((await given.cli.run('get', ...urls)).code).toBe(1);
    publish('/a', 'a');
    expect((await given.cli.run('get', ...first)).code).toBe(0);
    site.log.length = 0;
    const { code, stdout } = await given.cli.run('get', ...second);
    expect([code, stdout]).toEqual([0, `${at('a (1)')}\n${at('c')}\n`]);
    expect(site.log).toEqual(['GET /c 304', 'GET /a 200']);
    expect(await given.cli.events('list')).toEqual([]);
  });
});

describe('what came whole', () => {
  it('is not lost with a daemon that dies when the fetch is to begin again', async () => {
    publish('/a', 'a', {});
    const urls = ['/a', '/b'].map(url);
    expect((await given.cli.run('fetch', '--wait', ...urls)).code).toBe(1);
    await given.cli.run('daemon', 'stop');
    // what such a daemon leaves: the note says that it goes on, and the engine does not know of it
    const notes = at('store', 'daemon', 'fetches');
    const [name] = (await readdir(notes)).filter((each) => each.endsWith('.json')) as [string];
    const note = JSON.parse(await readFile(join(notes, name), 'utf8'));
    note.files[1].outcome = null;
    await writeFile(join(notes, name), JSON.stringify({ ...note, asked: [1], ended: null }));
    expect((await given.cli.run('list')).stdout).toMatch(/^a {2}failure/);
    publish('/b', 'b');
    site.log.length = 0;
    expect((await given.cli.run('fetch', '--wait', ...urls)).code).toBe(0);
    expect(site.log).toEqual(['GET /b 200']);
    await given.cli.run('save', 'a', '-o', 'into/');
    expect((await readdir(at('into'))).sort()).toEqual(['a', 'b']);
  });
});

describe('a fetch that another command has begun', () => {
  it.each([[['get']], [['fetch', '--wait', '-o', './']]])(
    'ends with the version of each file that its server has now: %s',
    async (command) => {
      publish('/a', 'old');
      publish('/b', 'b');
      let answer = (): void => {};
      const answered = new Promise<void>((resolve) => {
        answer = resolve;
      });
      site.hold = (path) => (path === '/b' ? answered : Promise.resolve());
      const urls = ['/a', '/b'].map(url);
      const first = given.cli.start([...command, ...urls]);
      await first.said(/a: received/);
      const second = given.cli.start([...command, '--json', ...urls]);
      await second.said(/"event":"started"/);
      first.child.kill('SIGKILL');
      publish('/a', 'new');
      answer();
      const { code } = await second.finished;
      const paths = (await readdir(given.cli.directory)).filter((name) => name.startsWith('a'));
      const texts = await Promise.all(paths.map((name) => readFile(at(name), 'utf8')));
      expect([code, texts]).toEqual([0, expect.arrayContaining(['new'])]);
    },
  );
});

describe('two commands that ask for what an earlier one has left', () => {
  it('both bring it, although the server answers the first only when the other is done', async () => {
    publish('/film', 'old');
    await leave(url('/film'));
    publish('/film', 'new');
    let answer = (): void => {};
    const asked = new Promise<void>((resolve) => {
      site.hold = () => {
        site.hold = null;
        resolve();
        return new Promise((release) => {
          answer = release;
        });
      };
    });
    const first = given.cli.start(['get', url('/film')]);
    await asked;
    const second = await given.cli.run('get', url('/film'));
    answer();
    for (const { code, stdout, stderr } of [second, await first.finished]) {
      expect([code, stderr]).toEqual([0, expect.anything()]);
      expect(await readFile(stdout.trim(), 'utf8')).toBe('new');
    }
    expect(await given.cli.events('list')).toEqual([]);
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
