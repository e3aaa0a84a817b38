import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileNameOfDisposition } from '../../src/daemon/content-disposition.ts';
import { nameOfResponse, nameOfUrl, numberedName, safeFileName } from '../../src/daemon/file-name.ts';

const names: readonly (readonly [given: string, safe: string])[] = [
  ['film.mp4', 'film.mp4'],
  ['été 東京.mp4', 'été 東京.mp4'],
  ['e\u0301te\u0301', '\u00e9t\u00e9'],
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\windows\\system.ini', 'system.ini'],
  ['C:\\x\\y.txt', 'y.txt'],
  ['/', 'download'],
  ['', 'download'],
  ['.', 'download'],
  ['..', 'download'],
  ['a/..', 'a'],
  ['.bashrc', '_bashrc'],
  ['-rf', '_rf'],
  ['~root', '_root'],
  ['a\u0000b\u001b[31mc\n', 'ab[31mc'],
  ['exe\u202efdp.txt', 'exefdp.txt'],
  ['a\ud800b', 'ab'],
  ['a:b*c?"<>|', 'a_b_c_____'],
  ['con', '_con'],
  ['NUL.txt', '_NUL.txt'],
  ['com1', '_com1'],
  ['COM¹.log', '_COM¹.log'],
  ['aux .txt', '_aux .txt'],
  ['conin$', '_conin$'],
  ['con .txt', '_con .txt'],
  ['aux. ', '_aux'],
  ['CON\u00a0.', '_CON'],
  ['nul\u3000.', '_nul'],
  ['com1\u2003.log', '_com1\u2003.log'],
  [`aux${' '.repeat(250)}b`, '_aux'],
  [`con${'\u00a0'.repeat(150)}.txt`, '_con.txt'],
  [`con${' '.repeat(193)}.txt`, '_con.txt'],
  ['console.log', 'console.log'],
  ['film.mp4...  ', 'film.mp4'],
  ['  film.mp4', 'film.mp4'],
];

describe('a safe file name', () => {
  it.each(names)('makes of %j the name %j', (given, safe) => {
    expect(safeFileName(given)).toBe(safe);
  });

  it('keeps the extension of a name that is too long, and cuts between characters', () => {
    const safe = safeFileName(`${'東'.repeat(200)}.tar.gz`);
    expect(safe).toMatch(/^東+\.tar\.gz$/);
    expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(200);
    expect(Buffer.byteLength(safe)).toBeGreaterThan(190);
  });

  it('is one harmless component of a path whatever a server says, and its own safe name', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.string({
        unit: fc.constantFrom(
          ...['.', '/', '\\', ' ', '-', '~', 'con', 'é', '\u202e', '\ud800', 'x', 'aux', 'lpt9'],
          ...['\u00a0', '\u3000', ' '.repeat(250), '.txt'],
        ),
      }),
    );
    fc.assert(
      fc.property(hostile, (wanted) => {
        const safe = safeFileName(wanted);
        expect(safe).not.toMatch(/^[.~-]|[/\\:*?"<>|]|[\p{Cc}\p{Cf}\p{Cs}]|[. ]$/u);
        expect(safe).not.toBe('');
        expect(safe).not.toMatch(/^(con|aux|lpt9)\s*(\.|$)/i);
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(200);
        expect(safeFileName(safe)).toBe(safe);
      }),
      { numRuns: 2000 },
    );
  });

  it('is numbered before its extension', () => {
    expect(numberedName('film.mp4', 0)).toBe('film.mp4');
    expect(numberedName('film.mp4', 2)).toBe('film (2).mp4');
    expect(numberedName('model.tar.gz', 1)).toBe('model (1).tar.gz');
    expect(numberedName('README', 1)).toBe('README (1)');
  });
});

describe('the name for a response', () => {
  it.each([
    ['https://a.example/x/film.mp4?token=1#t', 'film.mp4'],
    ['https://a.example/x/%E6%9D%B1.mp4', '東.mp4'],
    ['https://a.example/x/%ff.bin', '%ff.bin'],
    ['https://a.example/x/..%2f..%2fpasswd', 'passwd'],
    ['https://a.example/dir/', 'dir'],
    ['https://a.example', 'download'],
  ])('of %s is %s', (url, name) => {
    expect(nameOfUrl(url)).toBe(name);
  });

  it('is the one that the server gives, made safe', () => {
    const url = 'https://a.example/get.php?id=5';
    expect(nameOfResponse(url, 'attachment; filename="../../.ssh/authorized_keys"')).toBe('authorized_keys');
    expect(nameOfResponse(url, 'attachment; filename=2024/01/x.txt')).toBe('x.txt');
    expect(nameOfResponse(url, 'attachment; filename=..%2f..%2fetc%2fpasswd')).toBe('passwd');
    expect(nameOfResponse(url, 'attachment')).toBe('get.php');
    expect(nameOfResponse(url, null)).toBe('get.php');
  });
});

describe('Content-Disposition', () => {
  it.each([
    [null, null],
    ['', null],
    ['attachment', null],
    ['attachment; filename=film.mp4', 'film.mp4'],
    ['attachment; filename="my film.mp4"', 'my film.mp4'],
    ['attachment; filename="a\\"b.txt"', 'a"b.txt'],
    ['ATTACHMENT ; FileName = "x.txt"', 'x.txt'],
    ['inline;filename="a;b.txt";size=3', 'a;b.txt'],
    ["attachment; filename*=UTF-8''%e2%82%ac%20rates", '€ rates'],
    ["attachment; filename*=iso-8859-1'en'%A3%20rates", '£ rates'],
    ['attachment; filename="EURO.txt"; filename*=utf-8\'\'%e2%82%ac.txt', '€.txt'],
    ['attachment; filename*=utf-8\'\'%e2%82%ac.txt; filename="EURO.txt"', '€.txt'],
    ['attachment; filename*=utf-8\'\'%ff; filename="plain.txt"', 'plain.txt'],
    ['attachment; filename*=koi8-r\'\'x; filename="plain.txt"', 'plain.txt'],
    ['attachment; filename="first"; filename="second"', 'first'],
    ['attachment; filename=""', null],
    ['attachment; filename="unfinished', null],
    ['attachment; filename="\u00e2\u0082\u00ac.txt"', '€.txt'],
    ['attachment; filename="\u00a3.txt"', '£.txt'],
    ["attachment; filename*0*=UTF-8''%e4%b8; filename*1*=%ad; filename*2=.txt", '中.txt'],
    ['attachment; filename*0="my "; filename*1="film"; filename*2=.mp4', 'my film.mp4'],
    ['attachment; filename*1=".mp4"; filename*0="film"', 'film.mp4'],
    ['attachment; filename*0="film"; filename*2=".mp4"', 'film'],
    ['attachment; filename*0="film"; filename*01=".mp4"', 'film'],
    ['attachment; filename*1="film"; filename*2=".mp4"', null],
    ['attachment; filename*1="film"; filename="plain.txt"', 'plain.txt'],
    ['attachment; filename="plain.txt"; filename*0="long"; filename*1=".txt"', 'long.txt'],
    ["attachment; filename*0=part; filename*=UTF-8''whole.txt", 'whole.txt'],
    ['attachment; filename*0*=koi8-r\'\'x; filename*1=y; filename="plain.txt"', 'plain.txt'],
    ["attachment; filename*0*=UTF-8''100; filename*1=%41.txt", '100%41.txt'],
    ["attachment; filename*0*=UTF-8''..%2f; filename*1=..%2fpasswd", '../..%2fpasswd'],
    ['; filename=x', null],
    ['attachment filename=x', null],
    ['attachment, filename=x', null],
    ['filename=x.txt', 'x.txt'],
    ['filename="x.txt"; attachment', 'x.txt'],
    ['attachment; filename=foo bar.zip', 'foo bar.zip'],
    ['attachment; filename=foo bar.zip  ; size=3', 'foo bar.zip'],
    ['attachment; filename=r\u00c3\u00a9sum\u00c3\u00a9.pdf', 'résumé.pdf'],
    ['attachment; filename=r\u00e9sum\u00e9.pdf', 'résumé.pdf'],
    ['attachment; filename=foo[1](2).zip', 'foo[1](2).zip'],
    ['attachment; filename=a,b.txt', 'a,b.txt'],
    ['attachment; filename=a=b.txt', 'a=b.txt'],
    ['attachment; filename=foo"bar.txt', 'foo"bar.txt'],
    ['attachment; filename=2024/01/x.txt', '2024/01/x.txt'],
    ['attachment; filename=foo;bar.txt', 'foo'],
    ['attachment; filename="foo.txt" junk; size=3', 'foo.txt'],
    ['attachment; junk; filename=x.txt', 'x.txt'],
    ['attachment; filename=; size=3', null],
    ['attachment; filename=; filename=x.txt', 'x.txt'],
    ['attachment; filename="%E4%B8%AD.txt"', '中.txt'],
    ['attachment; filename=%E4%B8%AD.txt', '中.txt'],
    ['attachment; filename="50%20off%21.txt"', '50 off!.txt'],
    ['attachment; filename="100%.txt"', '100%.txt'],
    ['attachment; filename="a%zz%41.txt"', 'a%zzA.txt'],
    ['attachment; filename="%ff.txt"', '%ff.txt'],
    ['attachment; filename="\u00e9%20%41.txt"', 'é%20%41.txt'],
    ["attachment; filename=plain.zip; filename*=UTF-8''the one.zip", 'the one.zip'],
    ["attachment; filename*=UTF-8''foo bar[1].txt", 'foo bar[1].txt'],
    ['attachment; filename*="UTF-8\'\'quoted.txt"', 'quoted.txt'],
    ['attachment; filename*=plain.txt; filename=other.txt', 'other.txt'],
  ])('%j names %j', (value, name) => {
    expect(fileNameOfDisposition(value)).toBe(name);
  });

  it('is read in time that grows no faster than its length', () => {
    for (const part of ['a=b;', '\\', '; filename="', "'%41", ' ;', '"', ' ', '; filename=', ';a ', '%']) {
      for (const before of ['', 'attachment; filename="', 'attachment; filename=', 'attachment; '])
        fileNameOfDisposition(before + part.repeat(200_000));
    }
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (value) => void fileNameOfDisposition(`a;filename=${value}`),
      ),
    );
  });
});
