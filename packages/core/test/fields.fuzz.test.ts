import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noRetries } from '../src/model/record.ts';
import { getStrongETag } from '../src/transfer/choose-validator.ts';
import { parseContentRange, parseLength, parseUnsatisfiedRange } from '../src/transfer/content-range.ts';
import {
  chooseDelay,
  countAttempt,
  defaultRetryPolicy,
  parseRetryAfter,
} from '../src/transfer/retry-schedule.ts';

/** Texts that are nearly what a parser wants: its own words, in any order. */
function nearly(...words: string[]): fc.Arbitrary<string> {
  const number = fc.oneof(fc.nat(20), fc.maxSafeNat(), fc.bigInt(0n, 2n ** 70n)).map(String);
  const part = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...words) },
    { weight: 2, arbitrary: number },
  );
  return fc.oneof(
    { weight: 4, arbitrary: fc.array(part, { maxLength: 9 }).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
}

/** The number that digits stand for, null for anything else and for what is too large; written without a pattern. */
function readDigits(text: string | undefined): number | null {
  if (!text || [...text].some((character) => !'0123456789'.includes(character))) return null;
  const value = BigInt(text);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
}

/** What follows `bytes `, split where a Content-Range is. */
function readUnit(text: string): string[] | null {
  const trimmed = text.trim();
  return trimmed.slice(0, 6).toLowerCase() === 'bytes ' ? trimmed.slice(6).split('/') : null;
}

describe('Content-Range', () => {
  const fields = nearly('bytes ', 'BYTES ', 'bytes=', '-', '/', '*', ' ', ',', '+', '0', '0x1', '٣', '\n');

  test('is read as a parser that splits it does', () => {
    const ranges = fc
      .tuple(fc.maxSafeNat(), fc.nat(99), fc.integer({ min: -2, max: 9 }))
      .map(([first, length, more]) => `bytes ${first}-${first + length}/${first + length + more}`);
    fc.assert(
      fc.property(fc.oneof(fields, ranges), (text) => {
        const [range, complete, ...beyond] = readUnit(text) ?? [];
        const [first, last, ...more] = (range ?? '').split('-').map(readDigits);
        const length = complete === '*' ? null : readDigits(complete);
        const isRange = first != null && last != null && more.length === 0 && first <= last;
        const isWhole =
          beyond.length === 0 && (complete === '*' || (length !== null && length > (last ?? 0)));
        expect(parseContentRange(text)).toEqual(
          isRange && isWhole ? { firstBytePos: first, lastBytePos: last, completeLength: length } : null,
        );
      }),
      { numRuns: 5000 },
    );
  });

  test('of a 416 is read as a parser that splits it does', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fields,
          fc.maxSafeNat().map((length) => `bytes */${length}`),
        ),
        (text) => {
          const [star, length, ...more] = readUnit(text) ?? [];
          expect(parseUnsatisfiedRange(text)).toBe(
            star === '*' && more.length === 0 ? readDigits(length) : null,
          );
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('lengths are digits alone', () => {
    fc.assert(
      fc.property(nearly('1', '-', '+', '.', 'e', '0x', '_', ' ', 'n', '९'), (text) => {
        expect(parseLength(text)).toBe(readDigits(text.trim()));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  test('in seconds is what was written, however large', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 40n), fc.nat(5), (seconds, zeros) => {
        expect(parseRetryAfter(`${'0'.repeat(zeros)}${seconds}`, now)).toBe(Number(seconds) * 1000);
      }),
    );
  });

  test('as a date is the time that is left', () => {
    const date = fc.date({ min: new Date(0), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (until) => {
        const left = Math.floor(until.getTime() / 1000) * 1000 - now;
        expect(parseRetryAfter(until.toUTCString(), now)).toBe(Math.max(0, left));
      }),
    );
  });

  test('never makes a delay that is no number, or out of the bounds of the policy', () => {
    const fields = nearly('-', '+', '.', 'e9', ' GMT', 'Thu, 01 Jan ', ':', '99999', ' ', ',');
    const { firstDelay, longestDelay, longestRetryAfter } = defaultRetryPolicy;
    fc.assert(
      fc.property(
        fields,
        fc.nat(7),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (text, fruitless, random) => {
          const asked = parseRetryAfter(text, now);
          expect(asked).toBeGreaterThanOrEqual(0);
          const counts = { ...countAttempt(noRetries, { answered: true }, 0), fruitless };
          const delay = chooseDelay(counts, defaultRetryPolicy, random, {
            status: 503,
            retryAfter: asked,
          });
          expect(delay).toBeGreaterThanOrEqual(firstDelay / 2);
          expect(delay).toBeLessThanOrEqual(Math.max(longestDelay, longestRetryAfter));
        },
      ),
      { numRuns: 3000 },
    );
  });
});

test('only one whole strong ETag identifies a version', () => {
  const tags = nearly('"', 'W/', 'w/', 'a', ' ', ',', '\\"', '""', 'ÿ');
  const legal = fc
    .string({ unit: fc.constantFrom('a', '!', '#', '\\', "'", ',', 'ÿ') })
    .map((tag) => `"${tag}"`);
  fc.assert(
    fc.property(fc.oneof(tags, legal), (given) => {
      let headers: Headers;
      try {
        headers = new Headers([['etag', given]]);
      } catch {
        return fc.pre(false);
      }
      const tag = headers.get('etag') ?? '';
      const isStrong = tag.length > 1 && tag.startsWith('"') && tag.indexOf('"', 1) === tag.length - 1;
      const rest = { status: 200, statusText: '', url: '', type: 'basic', redirected: false } as const;
      expect(getStrongETag({ ...rest, headers: [['ETag', given]] })).toBe(isStrong ? tag : null);
    }),
    { numRuns: 2000 },
  );
});

test('long hostile fields are read in time that grows with their length', () => {
  for (const part of ['1', ' ', '\t', 'bytes ', '-', '*/', '"', '0,', 'Jan ', '(', '١']) {
    const long = part.repeat(300_000);
    for (const text of [long, `bytes ${long}`, `bytes */${long}x`, `bytes 0-${long}/`, `"${long}x`]) {
      expect(parseContentRange(text)).toBeNull();
      expect(parseUnsatisfiedRange(text)).toBeNull();
      expect(parseRetryAfter(text, 0)).toBeGreaterThanOrEqual(0);
      expect(parseLength(`${text}x`)).toBeNull();
    }
  }
});
