import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoggedRequest } from '@background-fetch/testing-fault-server';
import { describe, expect, it } from 'vitest';
import { size, stalled, useCommandLine } from './given.ts';

const given = useCommandLine();

function url(key: string, query = 'size=5'): string {
  return `${given.server.origin}/r/${key}?${query}`;
}

function swapped(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

async function saved(): Promise<string[]> {
  return (await readdir(given.cli.directory)).filter((name) => name !== 'store' && name !== 'list').sort();
}

async function getList(list: string | Buffer, ...more: string[]) {
  await writeFile(join(given.cli.directory, 'list'), list);
  return await given.cli.run('get', '--input', 'list', ...more);
}

describe('a list as editors and other systems write it', () => {
  const lines = (end: string): string =>
    ['# films', url('one'), '  out=first', `${url('two')}  # the second`, ''].join(end);

  it.each<[string, () => string | Buffer]>([
    ['begins with the mark of UTF-8', () => `\ufeff${lines('\r\n')}`],
    ['is UTF-16, least byte first', () => Buffer.from(`\ufeff${lines('\r\n')}`, 'utf16le')],
    ['is UTF-16, greatest byte first', () => swapped(`\ufeff${lines('\n')}`)],
    ['has lines that end with CR', () => lines('\r')],
    [
      'was put together of two with such marks',
      () => `\ufeff${url('one')}\n  out=first\n\ufeff${url('two')}`,
    ],
    ['has indented URLs', () => `  ${url('one')}\n    out=first\n  ${url('two')} # the second\n`],
  ])('that %s is read', async (_, list) => {
    const { code, stderr } = await getList(list());
    expect([code, stderr.match(/^bgfetch:.*/m)]).toEqual([0, null]);
    expect(await saved()).toEqual(['first', 'two']);
  });

  it('keeps the fragment of a URL, and what follows # in a name', async () => {
    expect((await getList(`${url('one')}#part # a comment\n  out=take #2\n`)).code).toBe(0);
    expect(await saved()).toEqual(['take #2']);
  });
});

describe('a list with something wrong in it', () => {
  it.each<[string, () => string | Buffer, RegExp]>([
    ['no URL', () => `${url('x')}\nfilm one\n`, /^bgfetch: Line 2 of list: film one is no http or https URL/],
    [
      'UTF-16 without a mark',
      () => Buffer.from(`${url('x')}\n`, 'utf16le'),
      /^bgfetch: Line 1 of list: this is no text in UTF-8/,
    ],
    [
      'bytes of a program',
      () =>
        Buffer.concat([
          Buffer.from(`${url('x')}\n`),
          Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 1, 2]),
        ]),
      /^bgfetch: Line 2 of list: this is no text in UTF-8/,
    ],
    [
      'half a character of UTF-16',
      () => Buffer.concat([Buffer.from(`\ufeff${url('x')}\n`, 'utf16le'), Buffer.from([0, 0xd8])]),
      /^bgfetch: Line 2 of list: this is no text in UTF-8/,
    ],
    [
      'a path as name',
      () => `${url('x')}\n  out=../x\n`,
      /^bgfetch: Line 2 of list: out=\.\.\/x is no name of a file/,
    ],
    [
      'one name twice',
      () => `${url('x')}\n  out=a\n${url('y')}\n\n  out=a\n`,
      /Line 5 of list: out=a .*line 2/,
    ],
    [
      'two names of one file',
      () => `${url('x')}\n  out=a\n  out=b\n`,
      /Line 3 of list: out= is given twice for one URL/,
    ],
    [
      'two digests of one file',
      () => `${url('x')}\n${`  integrity=sha256-${'A'.repeat(43)}=\n`.repeat(2)}`,
      /Line 3 of list: integrity= is given twice for one URL/,
    ],
    [
      'a name twice but for case',
      () => `${url('x')}\n  out=Film.MP4\n${url('y')}\n  out=film.mp4\n`,
      /line 2/,
    ],
    [
      'a name in two forms of Unicode',
      () => `${url('x')}\n  out=\u00e9\n${url('y')}\n  out=e\u0301\n`,
      /line 2/,
    ],
    ['a name twice but for a last dot', () => `${url('x')}\n  out=a\n${url('y')}\n  out=a.\n`, /line 2/],
    [
      'a name that is too long',
      () => `${url('x')}\n  out=${'ä'.repeat(128)}\n`,
      /Line 2 of list: out= names a file in more than 255 bytes/,
    ],
    ['two URLs on one line', () => `${url('x')} ${url('y')}\n`, /Line 1 of list: two URLs/],
  ])('(%s) is refused by its line before the first request, in readable words', async (_, list, message) => {
    const { code, stderr } = await getList(list());
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/[^\P{Cc}\n]|\\u\{|\ufffd/u);
    expect(stderr.length).toBeLessThan(400);
    expect(given.server.log.of('x')).toEqual([]);
  });
});

describe('a list of which a part failed', () => {
  const nameless = 'size=5&etag=none&lastmod=none';
  const full = (key: string): number =>
    given.server.log.of(key).filter(({ headers }) => !headers.range && !headers['if-none-match']).length;

  it.each([
    ['tells versions apart', 'size=5'],
    ['does not tell versions apart', nameless],
  ])(
    'and whose server %s fetches only what is missing when it is run again, and doubles nothing',
    async (_, query) => {
      const keys = ['part-a', 'part-b', 'part-c'].map((key) => `${key}-${query.length}`);
      const [a = '', b = '', c = ''] = keys;
      const args = [
        'get',
        url(a, query),
        url(b, query),
        url(c, `${query}&attempts=status:404|status:404|ok`),
      ];
      expect((await given.cli.run(...args)).code).toBe(1);
      expect((await given.cli.run(...args)).code).toBe(1);
      const { code, stdout } = await given.cli.run(...args);
      expect(code).toBe(0);
      expect(stdout.trim().split('\n').sort()).toEqual(keys.map((name) => join(given.cli.directory, name)));
      expect(await saved()).toEqual(keys);
      expect(keys.map(full)).toEqual([1, 1, 3]);
      expect(await given.cli.events('list')).toEqual([]);
    },
  );

  it('comes nearer to its end with each run', async () => {
    const args = ['get', url('near-a', nameless), url('near-b', `${nameless}&attempts=status:404|ok`)];
    args.push(url('near-c', `${nameless}&attempts=status:410|status:410|ok`));
    const codes = [];
    for (let run = 0; run < 3; run++) codes.push((await given.cli.run(...args)).code);
    expect(codes).toEqual([1, 1, 0]);
    expect(await saved()).toEqual(['near-a', 'near-b', 'near-c']);
    expect(['near-a', 'near-b', 'near-c'].map(full)).toEqual([1, 2, 3]);
    expect(await given.cli.events('list')).toEqual([]);
  });

  it('brings a file again that is there no more', async () => {
    const args = ['get', url('gone-a', nameless), url('gone-b', nameless)];
    args.push(url('gone-c', `${nameless}&attempts=status:404|ok`));
    expect((await given.cli.run(...args)).code).toBe(1);
    await rm(join(given.cli.directory, 'gone-a'));
    expect((await given.cli.run(...args)).code).toBe(0);
    expect(await saved()).toEqual(['gone-a', 'gone-b', 'gone-c']);
    expect(['gone-a', 'gone-b'].map(full)).toEqual([2, 1]);
  });

  it('brings nothing twice where files are to be replaced', async () => {
    const args = ['get', '--overwrite', url('new-a', nameless)];
    args.push(url('new-b', `${nameless}&attempts=status:404|ok`));
    expect((await given.cli.run(...args)).code).toBe(1);
    expect((await given.cli.run(...args)).code).toBe(0);
    expect(['new-a', 'new-b'].map(full)).toEqual([1, 2]);
  });

  it.each([[[]], [['--continue-on-error']]])(
    'goes on with the others, with the options %j',
    async (options) => {
      const { code } = await given.cli.run('get', ...options, url('missing', 'status=404'), url('other'));
      expect([code, await saved()]).toEqual([1, ['other']]);
    },
  );
});

describe('a list that was interrupted', () => {
  it('goes on with what is missing although all that worked on it was killed, and doubles nothing', async () => {
    const args = ['get', url('killed-a'), url('killed-b', `size=${size}&attempts=stall:2500000|ok`)];
    const { child, finished, said } = given.cli.start(args);
    await stalled(given, 'killed-b');
    await said(/killed-a: received/);
    process.kill((await given.cli.daemon()) as number, 'SIGKILL');
    child.kill('SIGKILL');
    await finished;
    expect((await given.cli.run(...args)).code).toBe(0);
    expect((await given.cli.run('list')).stdout).toBe('');
    expect(await saved()).toEqual(['killed-a', 'killed-b']);
    const isQuestion = ({ headers }: LoggedRequest): boolean => headers['if-none-match'] !== undefined;
    const ranges = (key: string) =>
      given.server.log.of(key).flatMap((request) => (isQuestion(request) ? [] : [request.headers.range]));
    // it came before: the server is asked whether that is its version still
    expect([ranges('killed-a'), given.server.log.of('killed-a').filter(isQuestion).length]).toEqual([
      [undefined],
      1,
    ]);
    expect(ranges('killed-b')[0]).toBeUndefined();
    expect(ranges('killed-b').slice(1)).toEqual([expect.stringMatching(/^bytes=[1-9]/)]);
  });
});

describe('a name in a list', () => {
  it('is for the file to which the user gave it, though the URL of another one ends in it', async () => {
    const keys = Array.from({ length: 12 }, (_, n) => `clash-${n}`);
    const list = keys.map((key) => `${url(key)}\n`).join('');
    const { code, stdout } = await getList(`${list}${url('named')}\n  out=clash-0\n`);
    const paths = ['clash-0 (1)', ...keys.slice(1), 'clash-0'].map((name) => join(given.cli.directory, name));
    expect([code, stdout]).toEqual([0, `${paths.join('\n')}\n`]);
  });
});

describe('--skip-existing', () => {
  it('asks for no file that is there under the name of the URL or of the user, and says so', async () => {
    for (const name of ['there', 'mine']) await writeFile(join(given.cli.directory, name), 'before');
    const list = `${url('there')}\n${url('asked-for')}\n  out=mine\n${url('new')}\n`;
    const { code, stderr, stdout } = await getList(list, '--skip-existing');
    expect([code, stdout]).toEqual([0, `${join(given.cli.directory, 'new')}\n`]);
    expect(stderr).toContain(`${join(given.cli.directory, 'there')} is there already: skipped`);
    expect(await saved()).toEqual(['mine', 'new', 'there']);
    expect(['there', 'asked-for'].map((key) => given.server.log.of(key))).toEqual([[], []]);
    const events = await given.cli.events('get', '--input', 'list', '--skip-existing', '-o', './');
    expect(events).toEqual(
      ['there', 'mine', 'new'].map((name) => ({
        event: 'skipped',
        url: expect.stringContaining(given.server.origin),
        path: join(given.cli.directory, name),
      })),
    );
  });

  it('takes one file for no more than one of several URLs that end alike', async () => {
    const list = ['one', 'two'].map((key) => `${given.server.origin}/r/${key}/film?size=1000\n`).join('');
    const [first] = list.split('\n') as [string];
    expect((await getList(`${first}\n`, '--skip-existing')).code).toBe(0);
    const { code, stdout } = await getList(list, '--skip-existing');
    const fetched = stdout.trim().split('\n');
    expect([code, fetched.length]).toEqual([0, 2]);
    const before = await saved();
    expect((await getList(list, '--skip-existing')).stdout).toBe('');
    expect(await saved()).toEqual(before);
  });

  it('takes a directory of that name for no file, and needs a place to look into', async () => {
    expect((await given.cli.run('fetch', '--skip-existing', url('nowhere'))).code).toBe(2);
    const { code } = await given.cli.run('fetch', '--wait', '--skip-existing', '-o', 'into/', url('store'));
    expect(code).toBe(0);
    expect((await given.cli.run('get', '--skip-existing', url('store'))).stdout).toContain('store (1)');
    expect((await given.cli.run('fetch', '--skip-existing', '-o', 'into/', url('store'))).stdout).toBe('');
  });
});
