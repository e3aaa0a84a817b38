import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { useCommandLine } from './given.ts';

const given = useCommandLine();

/** A file of so many bytes, by which it is known; its name is `name`. */
function url(key: string, name: string, size: number): string {
  return `${given.server.origin}/r/${key}/${encodeURIComponent(name)}?size=${size}`;
}

/** What is in the output directory: names and sizes. */
async function saved(): Promise<Record<string, number>> {
  const directory = join(given.cli.directory, 'out');
  const names = (await readdir(directory)).sort();
  const entries = names.map(async (name) => [name, (await readFile(join(directory, name))).length] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function getList(lines: readonly string[], options: readonly string[] = [], environment = {}) {
  await writeFile(join(given.cli.directory, 'list'), lines.join('\n'));
  const args = ['get', '--input', 'list', '--output', 'out/', ...options];
  return await given.cli.start(args, environment).finished;
}

describe('a name that a line of a list asks for', () => {
  it.each([
    ['as it is', 'film.mp4', []],
    ['in other letters', 'Film.MP4', []],
    ['with --overwrite', 'film.mp4', ['--overwrite']],
  ])('is not taken by another file that a server calls so: %s', async (name, out, options) => {
    const key = `asked-${name.replaceAll(' ', '-')}`;
    const lines = [url(`${key}-1`, 'film.mp4', 1), url(`${key}-2`, 'x', 2), `  out=${out}`];
    expect(await getList(lines, options)).toMatchObject({ code: 0 });
    expect(await saved()).toEqual({ 'film (1).mp4': 1, [out]: 2 });
  });

  it('is not taken by one in another form of Unicode', async () => {
    const lines = [url('form-1', '\u00e9.mp4', 1), url('form-2', 'x', 2), '  out=e\u0301.mp4'];
    expect(await getList(lines)).toMatchObject({ code: 0 });
    expect(await saved()).toEqual({ '\u00e9 (1).mp4': 1, 'e\u0301.mp4': 2 });
  });

  it('that a numbered one could have is not replaced with --overwrite', async () => {
    const lines = [
      url('numbered-1', 'film.mp4', 1),
      url('numbered-2', 'film.mp4', 2),
      url('numbered-3', 'film (1).mp4', 3),
    ];
    expect(await getList(lines, ['--overwrite'])).toMatchObject({ code: 0 });
    expect(Object.values(await saved()).sort()).toEqual([1, 2, 3]);
  });

  it('stays free for that file where it comes only later', async () => {
    const later = `${url('later-2', 'x', 2)}&attempts=status:404|ok`;
    const lines = [url('later-1', 'film.mp4', 1), later, '  out=film.mp4'];
    expect(await getList(lines)).toMatchObject({ code: 1 });
    expect(await saved()).toEqual({ 'film (1).mp4': 1 });
    expect(await getList(lines)).toMatchObject({ code: 0 });
    expect(await saved()).toEqual({ 'film (1).mp4': 1, 'film.mp4': 2 });
  });
});

/**
 * Makes Node see a file system that holds every name in small letters and composed, as one that takes no heed of either: the
 * kernels on which tests run have none.
 */
const foldingSystem = `
  const fs = require('node:fs/promises');
  const path = require('node:path');
  const fold = (at) => typeof at === 'string' && path.basename(path.dirname(at)) === 'out'
    ? path.join(path.dirname(at), path.basename(at).normalize('NFC').toLowerCase()) : at;
  for (const name of ['lstat', 'stat', 'open', 'rm', 'unlink']) {
    const real = fs[name];
    fs[name] = (at, ...rest) => real(fold(at), ...rest);
  }
  const { lstatSync } = require('node:fs');
  require('node:fs').lstatSync = (at, ...rest) => lstatSync(fold(at), ...rest);
  for (const name of ['link', 'rename', 'copyFile']) {
    const real = fs[name];
    fs[name] = (from, to, ...rest) => real(fold(from), fold(to), ...rest);
  }
`;

/** One without hard links, as those of USB sticks are. */
function linklessSystem(code: string): string {
  return `
    require('node:fs/promises').link = async () => {
      throw Object.assign(new Error('${code}'), { code: '${code}', syscall: 'link' });
    };
  `;
}

describe('on a file system', () => {
  let environment: Record<string, string>;
  const useSystem = (script: string) =>
    beforeEach(async () => {
      const path = join(given.cli.directory, 'file-system.cjs');
      await writeFile(path, script);
      environment = { NODE_OPTIONS: `--require ${path}` };
    });

  describe.each([
    ['that takes no heed of case and form', foldingSystem],
    ['that takes no heed of these, and has no hard links', foldingSystem + linklessSystem('EPERM')],
  ])('%s', (_name, script) => {
    useSystem(script);

    it.each([
      ['', []],
      [' with --overwrite', ['--overwrite']],
    ])('two files of one fetch whose names differ by these are both there%s', async (_with, options) => {
      const id = `${script.length}-${options.length}`;
      const lines = [url(`case-${id}-1`, 'Film.mp4', 1), url(`case-${id}-2`, 'film.mp4', 2)];
      expect(await getList(lines, options, environment)).toMatchObject({ code: 0 });
      expect(Object.values(await saved()).sort()).toEqual([1, 2]);
    });

    it('a file of the user is replaced by no other of the same letters', async () => {
      expect(await getList([url(`user-${script.length}-1`, 'film.mp4', 1)], [], environment)).toMatchObject({
        code: 0,
      });
      expect(await getList([url(`user-${script.length}-2`, 'FILM.mp4', 2)], [], environment)).toMatchObject({
        code: 0,
      });
      expect(await saved()).toMatchObject({ 'film.mp4': 1 });
      expect(Object.values(await saved()).sort()).toEqual([1, 2]);
      const named = [url(`user-${script.length}-3`, 'x', 3), '  out=Film.mp4'];
      expect(await getList(named, [], environment)).toMatchObject({ code: 2 });
      expect(await saved()).toMatchObject({ 'film.mp4': 1 });
    });
  });

  describe.each(['EPERM', 'ENOSYS'])('without hard links, which says %s', (code) => {
    useSystem(linklessSystem(code));

    it('many files of one name are all there', async () => {
      const sizes = Array.from({ length: 24 }, (_, index) => index + 1);
      const lines = sizes.map((size) => url(`many-${code}-${size}`, 'film.mp4', size));
      expect(await getList(lines, [], environment)).toMatchObject({ code: 0 });
      expect(Object.values(await saved()).sort((a, b) => a - b)).toEqual(sizes);
    });
  });
});
