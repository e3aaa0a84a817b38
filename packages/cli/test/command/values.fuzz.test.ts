import { redactText, redactUrl } from '@background-fetch/common';
import { CommanderError, InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/command/exit-codes.ts';
import { parseInputFile } from '../../src/command/input-file.ts';
import {
  parseCount,
  parseHeader,
  parseIntegrity,
  parseMethod,
  parseRate,
  parseSize,
} from '../../src/command/parse-values.ts';
import { printable } from '../../src/command/printable.ts';
import { requestFetch } from '../../src/command/requested-fetch.ts';
import { checkCall } from '../../src/daemon/check-message.ts';

const anything = fc.string({ unit: 'binary' });

/** What a parser made of a text; undefined where it refused, in the way that a user is shown. */
function tryTo<T>(parse: () => T, refusal: new (...given: never[]) => Error): T | undefined {
  try {
    return parse();
  } catch (error) {
    expect(error).toBeInstanceOf(refusal);
    return undefined;
  }
}

describe('a size', () => {
  const digits = fc.bigInt(0n, 10n ** 16n);

  test('is the number times its unit, where that can be held exactly', () => {
    fc.assert(
      fc.property(
        digits,
        fc.constantFrom('', 'k', 'K', 'm', 'M', 'g', 'G', 't', 'T'),
        fc.constantFrom('', 'b', 'iB'),
        (number, unit, end) => {
          const bytes = number * 1024n ** BigInt(' kmgt'.indexOf(unit.toLowerCase() || ' '));
          const safe = bytes <= BigInt(Number.MAX_SAFE_INTEGER) && `${number}`.length <= 15;
          const parsed = tryTo(() => parseSize(`${number}${unit}${end}`), InvalidArgumentError);
          expect(parsed).toBe(safe ? Number(bytes) : undefined);
        },
      ),
    );
  });

  test('of any text is a whole number of bytes or refused; a rate is never 0', () => {
    const nearly = fc.string({
      unit: fc.constantFrom('0', '1', '.', 'k', 'M', 'i', 'b', '-', ' ', 'e', '٣', '\n'),
    });
    fc.assert(
      fc.property(fc.oneof(nearly, anything), (text) => {
        const size = tryTo(() => parseSize(text), InvalidArgumentError);
        if (size !== undefined) expect(Number.isSafeInteger(size) && size >= 0).toBe(true);
        const rate = tryTo(() => parseRate(text), InvalidArgumentError);
        expect(rate).toBe(size || undefined);
      }),
      { numRuns: 2000 },
    );
  });
});

test('a count is within its limits or refused', () => {
  fc.assert(
    fc.property(
      fc.nat(20),
      fc.nat(1000),
      fc.oneof(fc.integer().map(String), anything),
      (least, more, text) => {
        const count = tryTo(() => parseCount(least, least + more)(text), InvalidArgumentError);
        const isOne = /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= least + more;
        expect(count).toBe(isOne ? Number(text) : undefined);
      },
    ),
  );
});

describe('a header', () => {
  const character = fc
    .oneof(fc.integer({ min: 0, max: 0x120 }), fc.constantFrom(0x6771, 0xd800))
    .map((code) => String.fromCharCode(code));
  const text = fc
    .tuple(
      fc.constantFrom('A', 'x-y', 'a b', 'é', ''),
      fc.constantFrom(':', ': ', ' :', ''),
      fc.string({ unit: character }),
    )
    .map((parts) => parts.join(''));

  test('can be sent as it is, or is refused without being repeated', () => {
    fc.assert(
      fc.property(text, (given) => {
        const [header] = tryTo(() => parseHeader(given), CommanderError) ?? [];
        if (!header) return;
        const [name, value] = header;
        expect(value).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
        expect([...new Headers([header])]).toEqual([
          [name.toLowerCase(), value.replace(/^[\t ]+|[\t ]+$/g, '')],
        ]);
      }),
      { numRuns: 3000 },
    );
  });

  test('of a list, as everything in it, is what a line can hold, or the line is refused', () => {
    const line = fc.oneof(
      fc.constantFrom(
        'https://a.example/',
        ' out=x',
        '\tintegrity=sha256-AA',
        ' dir=x',
        '# x',
        '',
        '\u2028',
        ' =',
      ),
      text.map((header) => ` header=${header}`),
      anything,
    );
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        for (const { url, headers } of tryTo(() => parseInputFile(lines.join(end), 'list'), UsageError) ??
          []) {
          expect(url).not.toMatch(/[\r\n]/);
          new Headers(headers.map(([name, value]): [string, string] => [name, value]));
        }
      }),
    );
  });
});

test('a method and a digest are taken whole or refused', () => {
  fc.assert(
    fc.property(fc.oneof(anything, fc.constantFrom('GET', 'sha256-AA=', 'SHA512-_-')), (text) => {
      for (const parse of [parseMethod, parseIntegrity]) {
        const parsed = tryTo(() => parse(text), InvalidArgumentError);
        if (parsed !== undefined) expect([text, /[\s\0]/.test(parsed)]).toEqual([parsed, false]);
      }
    }),
  );
});

test('whatever URL is given, the daemon is asked for one without credentials, or the user is told', async () => {
  const part = fc.string({
    unit: fc.constantFrom('a', '%ff', '%', '@', ':', '/', '東', '%0d%0a', '\n', '[', '\ud800', '#', '?'),
  });
  const url = fc
    .tuple(
      fc.constantFrom('http://', 'https://', 'HTTP:', 'file://', 'javascript:', ''),
      part,
      fc.constantFrom('@h/', ''),
    )
    .map((parts) => parts.join(''));
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(url, async (given) => {
      const asked = await requestFetch([given], {}, null, () => '/tmp').catch((error) => {
        expect(error).toBeInstanceOf(UsageError);
        return null;
      });
      if (!asked) return;
      taken++;
      checkCall({ id: 1, command: 'fetch', fetch: asked });
      const [file] = asked.files;
      const { protocol, username, password } = new URL(file?.url ?? '');
      expect([/^https?:$/.test(protocol), username, password]).toEqual([true, '', '']);
      new Headers(file?.headers.map(([name, value]): [string, string] => [name, value]));
    }),
    { numRuns: 1000 },
  );
  expect(taken).toBeGreaterThan(50);
});

describe('what is shown', () => {
  test('never steers a terminal', () => {
    const control = fc.constantFrom(
      '\u001b[31m',
      '\u009b',
      '\r',
      '\u202e',
      '\u2028',
      '\ud800',
      '\ufeff',
      'é',
      '東',
    );
    fc.assert(
      fc.property(fc.oneof(anything, fc.string({ unit: control })), (text) => {
        expect(printable(text)).not.toMatch(
          /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u,
        );
      }),
    );
  });

  test('holds no secret of a URL, wherever it stands in a text', () => {
    const name = fc.constantFrom(
      'token',
      'X-Amz-Signature',
      'sig',
      'api_key',
      '%74oken',
      'Password',
      'a%62c_secret',
      'access-key',
    );
    const noise = fc.string({ unit: fc.constantFrom('a', '=', '&', ';', '%', '%zz', '/', '.', '-') });
    const place = fc.constantFrom('?', '&', '#', ';');
    fc.assert(
      fc.property(name, noise, place, fc.boolean(), (key, between, separator, credentials) => {
        const user = credentials ? 'user:S3CRET@' : '';
        const url = `https://${user}h.example/${between}?x=${between.replace(/[&;]/g, '')}${separator === '?' ? '&' : separator}${key}=S3CRET`;
        expect(redactUrl(url)).not.toContain('S3CRET');
        expect(redactText(`GET "${url}" failed, ${url}`)).not.toContain('S3CRET');
        expect(redactUrl(redactUrl(url))).toBe(redactUrl(url));
      }),
      { numRuns: 1000 },
    );
    fc.assert(fc.property(anything, (text) => void redactUrl(text)));
  });

  test('is made of long hostile texts in time that grows with their length', () => {
    for (const part of ['http://', '?a=', '@', '&', '%', '://', ';=', 'a.', '\u001b', 'https://a?token=1 ']) {
      const long = part.repeat(100_000);
      for (const text of [long, `https://${long}`, `https://h/?${long}`]) {
        expect(typeof redactText(printable(text))).toBe('string');
        tryTo(() => parseInputFile(text, 'list'), UsageError);
        tryTo(() => parseHeader(`a:${text}`), CommanderError);
        expect(tryTo(() => parseSize(text), InvalidArgumentError)).toBeUndefined();
      }
    }
  });
});
