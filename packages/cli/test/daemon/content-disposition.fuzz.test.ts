import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileNameOfDisposition } from '../../src/daemon/content-disposition.ts';
import { nameOfResponse, nameOfUrl } from '../../src/daemon/file-name.ts';

const character = fc.oneof(
  fc.constantFrom(...'az09 ;=\\"\'%*?/.'),
  fc.constantFrom('é', '東', '👩', '\u0300', '\u202e', '\0', '\n'),
);
const name = fc.string({ unit: character, minLength: 1, maxLength: 20 });
/** What looks percent-encoded is decoded, where it is not said that it is none. */
const plainName = name.filter((text) => !/%[0-9a-f]{2}/i.test(text));

/** A field as a client gets it: one character for each byte. */
function asField(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** RFC 8187, 3.2.1: what is no attr-char is percent-encoded, byte for byte. */
function encodeExtended(text: string): string {
  const bytes = [...Buffer.from(text)];
  const plain = /[A-Za-z0-9!#$&+.^_`|~-]/;
  const encoded = bytes.map((byte) => {
    const letter = String.fromCharCode(byte);
    return plain.test(letter) ? letter : `%${byte.toString(16).padStart(2, '0')}`;
  });
  return `UTF-8'en'${encoded.join('')}`;
}

const parameter = fc
  .tuple(fc.constantFrom('x', 'size', 'filenam', 'filename2'), fc.constantFrom('1', '"a;b"', '"\\""', '""'))
  .map(([key, value]) => `;${key}=${value}`);
const others = fc.array(parameter, { maxLength: 3 }).map((list) => list.join(''));
const type = fc.constantFrom('attachment', 'inline', 'ATTACHMENT ', ' x-odd');

describe('Content-Disposition', () => {
  test('gives the name that was written, quoted or encoded, among whatever else', () => {
    fc.assert(
      fc.property(type, others, plainName, others, fc.boolean(), (kind, before, given, after, spaced) => {
        const gap = spaced ? ' ' : '';
        const quoted = `${gap}"${given.replace(/[\\"]/g, '\\$&')}"${gap}`;
        const extended = `;${gap}filename*${gap}=${gap}${encodeExtended(given)}`;
        expect(
          fileNameOfDisposition(asField(`${kind}${before};${gap}FileName${gap}=${quoted}${after}`)),
        ).toBe(given);
        expect(fileNameOfDisposition(`${kind}${before}${extended}${after}`)).toBe(given);
        expect(fileNameOfDisposition(`${kind}${before};filename="other"${after}${extended}`)).toBe(given);
      }),
      { numRuns: 1000 },
    );
  });

  test('gives the name that was written without quotation marks, and one that was percent-encoded', () => {
    const unquoted = plainName.filter((text) => !/;|^["\s]|\s$/.test(text));
    fc.assert(
      fc.property(type, others, unquoted, name, others, (kind, before, given, encoded, after) => {
        expect(fileNameOfDisposition(asField(`${kind}${before}; filename=${given}${after}`))).toBe(given);
        const percent = encodeURIComponent(encoded);
        expect(fileNameOfDisposition(`${kind}${before}; filename="${percent}"${after}`)).toBe(encoded);
        expect(fileNameOfDisposition(`${kind}${before}; filename=${percent} ${after}`)).toBe(encoded);
      }),
      { numRuns: 1000 },
    );
  });

  const nearly = fc.string({
    unit: fc.constantFrom(
      ...[
        'attachment',
        ';',
        ' ',
        '=',
        '"',
        '\\',
        'filename',
        'filename*',
        "utf-8''",
        "iso-8859-1''",
        '%',
        '%4',
        '%41',
      ],
      ...['%ff', '\t', '\n', 'a', '\u00e9', '\u0100', '\ud800', "'", ','],
    ),
    maxLength: 30,
  });

  test('of any form names one harmless file', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string({ unit: 'binary' })), (field) => {
        const found = fileNameOfDisposition(field);
        if (found !== null) expect([found === '', found.length <= field.length]).toEqual([false, true]);
        const safe = nameOfResponse('https://a.example/x', field);
        expect(safe).not.toMatch(/^[.~-]|[/\\:*?"<>|]|[\p{Cc}\p{Cf}\p{Cs}]|[. ]$|^$/u);
      }),
      { numRuns: 3000 },
    );
  });
});

test('any URL names one harmless file', () => {
  const segment = fc.string({
    unit: fc.constantFrom('a', '.', '/', '%2e', '%2f', '%5c', '%ff', '%', '%00', '東', ' ', '~', '-', 'con'),
  });
  fc.assert(
    fc.property(segment, (path) => {
      expect(nameOfUrl(`https://a.example/${path}`)).not.toMatch(
        /^[.~-]|[/\\:*?"<>|]|[\p{Cc}\p{Cf}\p{Cs}]|[. ]$|^$/u,
      );
    }),
    { numRuns: 2000 },
  );
});
