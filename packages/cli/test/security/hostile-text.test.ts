import { redactText, redactUrl } from '@background-fetch/common';
import { describe, expect, it } from 'vitest';
import { combineHeaders } from '../../../node/src/network/header-list.ts';
import { parseInputFile } from '../../src/command/input-file.ts';
import { parseHeader, parseIntegrity, parseMethod, parseSize } from '../../src/command/parse-values.ts';
import { printable } from '../../src/command/printable.ts';
import { fileNameOfDisposition } from '../../src/daemon/content-disposition.ts';
import { idOfFetch } from '../../src/daemon/fetch-requests.ts';
import { nameOfUrl, safeFileName } from '../../src/daemon/file-name.ts';
import type { RequestedFetch } from '../../src/daemon/protocol.ts';

/** Each of them ends with the limit of a test's time if its work grows with the square of the length. */
const times = 200_000;

const pieces = {
  'question marks': '?',
  'hash signs': '#',
  'parameters without a value': '?a',
  URLs: 'https://?',
  'user names': 'a@',
  'schemes without an end': 'a.',
  slashes: '/',
  separators: '&;',
  'accents in the wrong order': '\u0316\u0301',
  'escaped accents': '%CC%96%CC%81',
  spaces: ' ',
  dots: '.',
  dashes: '-',
  'quotation marks': '"',
  backslashes: '\\',
  'lone surrogates': '\ud800',
  escapes: '\u001b',
  digits: '1',
};

const idOf = (name: string) =>
  idOfFetch({ files: [{ name, url: 'https://a.example/' }] } as unknown as RequestedFetch);

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'a URL that is redacted': (text) => redactUrl(`https://a.example/?${text}`),
  'a message that is redacted': (text) => redactText(`failed: https://a.example/${text}`),
  'a message that has no URL': (text) => redactText(`failed: a${text}`),
  'a file name': (text) => safeFileName(`${text}.txt`),
  'the name in a URL': (text) => nameOfUrl(`https://a.example/${text}`),
  'the id made of a name': (text) => idOf(`x${text}x`),
  'Content-Disposition': (text) => fileNameOfDisposition(`attachment; filename="${text}"; x${text}`),
  'an extended value of it': (text) => fileNameOfDisposition(`attachment; filename*=utf-8''${text}`),
  'a field of a response': (text) => combineHeaders(['x', `a${text}a`]),
  'text for a terminal': printable,
};

const arguments_: Readonly<Record<string, (text: string) => unknown>> = {
  'a header': parseHeader,
  'a value of a header that is refused at its end': (text) => parseHeader(`A:${text}x\0`),
  'a digest': (text) => parseIntegrity(`sha256-${text}`),
  'a method': parseMethod,
  'a size': (text) => parseSize(`1${text}`),
};

describe('in time that grows no faster than the text', { timeout: 10_000 }, () => {
  for (const [what, read] of Object.entries(readers)) {
    it.each(Object.entries(pieces))(`${what} is read: many %s`, (_, piece) => {
      expect(() => read(piece.repeat(times))).not.toThrow();
    });
  }

  it('a list of URLs is read: many headers of one', () => {
    const list = `https://a.example/\n${'  header=A: b\n'.repeat(times)}`;
    expect(parseInputFile(list, 'list')[0]?.headers).toHaveLength(times);
  });

  for (const [what, parse] of Object.entries(arguments_)) {
    it.each(Object.entries(pieces))(`${what} is parsed or refused: many %s`, (_, piece) => {
      const parsed = ((): unknown => {
        try {
          return parse(piece.repeat(times));
        } catch (error) {
          return error;
        }
      })();
      expect(parsed).toBeDefined();
    });
  }
});
