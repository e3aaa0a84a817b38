import { describe, expect, it } from 'vitest';
import { formatDuration, formatSize } from '../../src/command/format.ts';
import { parseInputFile } from '../../src/command/input-file.ts';
import { parseCount, parseHeader, parseRate, parseSize } from '../../src/command/parse-values.ts';
import { printable } from '../../src/command/printable.ts';
import { requestFetch } from '../../src/command/requested-fetch.ts';

describe('sizes', () => {
  it.each([
    ['0', 0],
    ['1000', 1000],
    ['500k', 512_000],
    ['5M', 5 * 2 ** 20],
    ['5MiB', 5 * 2 ** 20],
    ['5mb', 5 * 2 ** 20],
    ['1.5G', 1.5 * 2 ** 30],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', '-1', '5X', 'M', '1e9', '0x10', '5 M', '9999999T', '1.2.3'])('%j is refused', (text) => {
    expect(() => parseSize(text)).toThrow(/number of bytes/);
  });

  it('a rate is not 0', () => {
    expect(() => parseRate('0')).toThrow(/not 0/);
  });

  it('are shown with a unit', () => {
    expect([0, 999, 1023, 1024, 1.5 * 2 ** 20, 2 ** 60].map(formatSize)).toEqual([
      ...['0 B', '999 B', '1.0 KiB', '1.0 KiB', '1.5 MiB', '1024.0 PiB'],
    ]);
  });

  it('durations are shown in two units at most', () => {
    expect([0, 42_000, 185_000, 7_620_000, 356_400_000].map(formatDuration)).toEqual([
      ...['0s', '42s', '3m05s', '2h07m', '4d03h'],
    ]);
  });
});

describe('values of options', () => {
  it('a count has limits', () => {
    expect(parseCount(1, 16)('16')).toBe(16);
    for (const text of ['0', '17', '1.5', '-1', 'x'])
      expect(() => parseCount(1, 16)(text)).toThrow(/from 1 to 16/);
  });

  it('headers gather', () => {
    expect(parseHeader('B: c: d', parseHeader('A:b'))).toEqual([
      ['A', 'b'],
      ['B', 'c: d'],
    ]);
  });

  it('a wrong header is not repeated in the message: it may be a secret', () => {
    for (const text of ['Authorization Bearer x', 'A: b\r\nX: y', ': x']) {
      expect(() => parseHeader(text)).toThrow(/^Give a header as 'Name: value'\.$/);
    }
  });
});

describe('what can not be sent in a header', () => {
  it('is refused, and not repeated', () => {
    for (const text of ['A: 東', 'A: \u0001', 'A: \u007f'])
      expect(() => parseHeader(text)).toThrow(/^A header's value can hold no control characters/);
    expect(parseHeader('A: \t\u00e9')).toEqual([['A', '\u00e9']]);
  });
});

describe('credentials in a URL', () => {
  it.each([
    ['http://a%40b:c%3Ad@h.example/x', 'a@b:c:d'],
    ['http://%:50%@h.example/x', '%:50%'],
    ['http://%ff@h.example/x', '\u00ff:'],
  ])('of %s are sent as their bytes', async (url, pair) => {
    const { files } = await requestFetch([url], {}, null, () => null);
    const credentials = Buffer.from(pair, 'latin1').toString('base64');
    expect(files).toMatchObject([
      { url: 'http://h.example/x', headers: [['Authorization', `Basic ${credentials}`]] },
    ]);
  });
});

describe('a URL without a scheme', () => {
  it.each([
    ['example.com/x', 'https://example.com/x'],
    ['example.com', 'https://example.com/'],
    ['münchen.example:8443/x?y#z', 'https://xn--mnchen-3ya.example:8443/x?y#z'],
    ['xn--mnchen-3ya.xn--p1ai/x', 'https://xn--mnchen-3ya.xn--p1ai/x'],
    ['localhost:8080/x', 'http://localhost:8080/x'],
    ['127.0.0.1:8080/x', 'http://127.0.0.1:8080/x'],
    ['[::1]:8080/x', 'http://[::1]:8080/x'],
  ])('%s is for %s', async (given, url) => {
    expect((await requestFetch([given], {}, null, () => null)).files).toMatchObject([{ url }]);
  });

  it.each([
    'film',
    'film.mp4',
    'nas:8080/x',
    '/etc/passwd',
    './film.html',
    'mailto:a@example.com',
    '//a.example/x',
    '',
  ])('is not seen in %j', async (given) => {
    await expect(requestFetch([given], {}, null, () => null)).rejects.toThrow(
      /is no http or https URL: write it in full, such as https:/,
    );
  });

  it.each(['me:secret@example.com/x', 'ftp://me:secret@a.example/x'])(
    'hides the password of %s',
    async (given) => {
      await expect(requestFetch([given], {}, null, () => null)).rejects.toThrow(/^(ftp:\/\/)?\*\*\*@/);
    },
  );
});

describe('a list of URLs', () => {
  it('gives each line as a URL, with the indented lines below it', () => {
    const text =
      '# films\nhttps://a.example/1\n  out=one.mp4\n\theader=A: b\n\nhttps://a.example/2\r\n  integrity=sha256-AAAA\n';
    expect(parseInputFile(text, 'list')).toEqual([
      { url: 'https://a.example/1', out: 'one.mp4', headers: [['A', 'b']] },
      { url: 'https://a.example/2', integrity: 'sha256-AAAA', headers: [] },
    ]);
  });

  it.each([
    ['  out=x', /Line 1 of list: an option stands before/],
    ['https://a.example/\n  dir=x', /Line 2 of list: there is no option "dir"/],
    ['https://a.example/\n  out', /Line 2 of list: an option has the form/],
    ['https://a.example/\thttps://b.example/', /Line 1 of list: two URLs/],
    ['https://a.example/\n header=x', /Line 2 of list: Give a header/],
  ])('%j is refused with its line', (text, message) => {
    expect(() => parseInputFile(text, 'list')).toThrow(message);
  });
});

describe('printable text', () => {
  it('shows what would steer a terminal as code points', () => {
    expect(printable('a\u001b]0;x\u0007\r\n\u009b31m\u202eb')).toBe(
      'a\\u{1b}]0;x\\u{7}\\u{d}\\u{a}\\u{9b}31m\\u{202e}b',
    );
    expect(printable('Épisode 東京 👩‍🚀')).toBe('Épisode 東京 👩‍🚀');
  });
});
