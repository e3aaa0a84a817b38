import { constants } from 'node:fs';
import { access, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileExistsError } from '@background-fetch/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngines } from '../../../node/test/engine/given.ts';
import { rawResponse, useRawServers } from '../../../node/test/network/raw-server.ts';
import { placeFile } from '../../src/daemon/place-files.ts';
import { CommandLine } from '../command/command-line.ts';

const serveRaw = useRawServers();
const engines = useEngines();

/** What a server calls a file, and what it is called here. */
const dispositions: Readonly<Record<string, string>> = {
  'filename="../../evil"': 'evil',
  'filename="/etc/passwd"': 'passwd',
  'filename="..\\\\..\\\\boot.ini"': 'boot.ini',
  'filename=".."': 'download',
  "filename*=utf-8''..%2F..%2Fescaped": 'escaped',
  'filename="%2e%2e%2f..%5cencoded"': 'encoded',
  'filename=../../bare words[1]': 'bare words[1]',
  "filename*=utf-8''a%00b%1b%5b31m%0d%0ac": 'ab[31mc',
  'filename="CON"': '_CON',
  'filename="nul.txt"': '_nul.txt',
  'filename=".bashrc"': '_bashrc',
  'filename="-rf"': '_rf',
  'filename="dots...  "': 'dots',
  'filename="a:stream"': 'a_stream',
  "filename*=utf-8''%E2%80%AEgpj.exe": 'gpj.exe',
  [`filename="${'x'.repeat(300)}.tar.gz"`]: `${'x'.repeat(193)}.tar.gz`,
};
const paths: Readonly<Record<string, string>> = {
  '/%2e%2e%2f%2e%2e%2fparent': 'parent',
  '/..%5c..%5cbackslash': 'backslash',
  '/LPT1.log': '_LPT1.log',
  '/%00': 'download (1)',
};

describe('bgfetch get', () => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = await CommandLine.make();
  });
  afterAll(() => cli.remove());

  it('puts each file into the output directory, under a safe name, and touches nothing else', async () => {
    const fields = Object.keys(dispositions);
    const origin = await serveRaw((socket, head) => {
      const number = /^GET \/url-(\d+) /.exec(head)?.[1];
      const disposition =
        number === undefined ? [] : [`Content-Disposition: attachment; ${fields[Number(number)]}`];
      socket.end(
        rawResponse(['HTTP/1.1 200 OK', 'Content-Length: 5', 'Connection: close', ...disposition], 'hello'),
      );
    });
    const urls = [...fields.map((_, index) => `/url-${index}`), ...Object.keys(paths)];
    await writeFile(join(cli.directory, 'list'), urls.map((path) => `${origin}${path}\n`).join(''));
    await mkdir(join(cli.directory, 'a', 'b'), { recursive: true });
    const { code, stderr } = await cli.run('get', '--input', 'list', '--output', 'a/b/');
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const expected = [...Object.values(dispositions), ...Object.values(paths)];
    expect((await readdir(join(cli.directory, 'a', 'b'))).sort()).toEqual(expected.sort());
    expect((await readdir(cli.directory)).sort()).toEqual(['a', 'list', 'store']);
    expect(await readdir(join(cli.directory, 'a'))).toEqual(['b']);
    for (const name of expected) {
      const path = join(cli.directory, 'a', 'b', name);
      expect(await readFile(path, 'utf8')).toBe('hello');
      await expect(access(path, constants.X_OK)).rejects.toMatchObject({ code: 'EACCES' });
    }
  });
});

describe('with leave to overwrite', () => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = await CommandLine.make();
  });
  afterAll(() => cli.remove());

  it('the server does not choose what is replaced, unless it is what the URL names', async () => {
    const origin = await serveRaw((socket, head) => {
      const name = /^GET \/n=([^ /]+)/.exec(head)?.[1] ?? '';
      const disposition = `Content-Disposition: attachment; filename="${name}"`;
      socket.end(
        rawResponse(['HTTP/1.1 200 OK', 'Content-Length: 4', 'Connection: close', disposition], 'evil'),
      );
    });
    const inDirectory = (name: string): string => join(cli.directory, name);
    for (const name of ['thesis.tex', 'nightly.tar', 'mine.bin'])
      await writeFile(inDirectory(name), 'precious');
    const urls = [`${origin}/n=thesis.tex/nightly.tar?x`, `${origin}/n=nightly.tar/nightly.tar?token=1`];
    for (const url of urls) expect((await cli.run('get', '--overwrite', url)).code).toBe(0);
    const named = await cli.run('get', '--overwrite', '-o', 'mine.bin', `${origin}/n=thesis.tex/x`);
    expect(named.code).toBe(0);
    const texts = ['thesis.tex', 'thesis (1).tex', 'nightly.tar', 'mine.bin'].map((name) =>
      readFile(inDirectory(name), 'utf8'),
    );
    expect(await Promise.all(texts)).toEqual(['precious', 'evil', 'evil', 'evil']);
    expect((await readdir(cli.directory)).length).toBe(5);
  });

  it('files of one fetch do not replace one another', async () => {
    const origin = await serveRaw((socket, head) => {
      const path = /^GET (\S+)/.exec(head)?.[1] ?? '';
      socket.end(rawResponse(['HTTP/1.1 200 OK', `Content-Length: ${path.length}`], path));
    });
    await writeFile(join(cli.directory, 'same'), 'before');
    const paths = ['/a/same', '/b/same', '/c/same'];
    const urls = paths.map((path) => origin + path);
    expect((await cli.run('get', '--overwrite', ...urls)).code).toBe(0);
    const texts = ['same', 'same (1)', 'same (2)'].map((name) => readFile(join(cli.directory, name), 'utf8'));
    expect((await Promise.all(texts)).sort()).toEqual(paths);
  });
});

describe('a file that is put into its place', () => {
  /** On another file system, where there is one: then it is copied there. */
  const elsewhere = stat('/dev/shm').then(
    () => '/dev/shm',
    () => undefined,
  );

  async function given(): Promise<{ directory: string; source: string; victim: string }> {
    const directory = await engines.directory();
    const source = join(await engines.directory(await elsewhere), 'source');
    const victim = join(await engines.directory(), 'victim');
    await writeFile(source, 'new');
    await writeFile(victim, 'mine');
    return { directory, source, victim };
  }
  const file = { name: 'name', temporaryName: '.bgfetch-key-0' };

  it.each([true, false])('follows no link under its temporary name; overwriting: %s', async (overwrite) => {
    const { directory, source, victim } = await given();
    await symlink(victim, join(directory, file.temporaryName));
    const path = await placeFile({ ...file, source, mayBeNumbered: true }, directory, overwrite);
    expect([path, await readFile(path, 'utf8')]).toEqual([join(directory, 'name'), 'new']);
    expect(await readFile(victim, 'utf8')).toBe('mine');
  });

  it.each([
    ['to a file', (victim: string) => victim],
    ['to nothing', (victim: string) => `${victim}-not-there`],
  ])('follows no link %s under its final name', async (_, target) => {
    const { directory, source, victim } = await given();
    const link = join(directory, 'name');
    await symlink(target(victim), link);
    await expect(placeFile({ ...file, source, mayBeNumbered: false }, directory, false)).rejects.toThrow(
      FileExistsError,
    );
    expect(await placeFile({ ...file, source, mayBeNumbered: true }, directory, false)).toBe(`${link} (1)`);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await placeFile({ ...file, source, mayBeNumbered: false }, directory, true)).toBe(link);
    expect((await lstat(link)).isFile()).toBe(true);
    expect(await readFile(victim, 'utf8')).toBe('mine');
    await expect(access(`${victim}-not-there`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('replaces no directory, nor one that a link leads to', async () => {
    const { directory, source } = await given();
    await mkdir(join(directory, 'name'));
    await expect(placeFile({ ...file, source, mayBeNumbered: false }, directory, true)).rejects.toThrow(
      /is a directory: choose another name/,
    );
    const outside = await engines.directory();
    await symlink(outside, join(directory, 'link'));
    await placeFile({ ...file, name: 'link', source, mayBeNumbered: false }, directory, true);
    expect(await readdir(outside)).toEqual([]);
    expect((await lstat(join(directory, 'link'))).isFile()).toBe(true);
  });
});
