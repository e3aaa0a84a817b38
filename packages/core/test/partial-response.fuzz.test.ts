import fc from 'fast-check';
import { expect, test } from 'vitest';
import { validateAPartialResponse } from '../src/algorithms/validate-a-partial-response.ts';
import type { HeaderList } from '../src/model/header-list.ts';
import type { ResponseData, ResponseHead } from '../src/model/record.ts';
import { chooseValidator } from '../src/transfer/choose-validator.ts';

const etag = fc.constantFrom('"a"', '"b"', 'W/"a"', '"a', '', '"a", "a"');
const date = fc.constantFrom(
  'Thu, 01 Jan 2026 00:00:00 GMT',
  'Thu, 01 Jan 2026 00:00:01 GMT',
  'soon',
  '0',
  '-1',
);
const length = fc.constantFrom('60', '59', '100', '-1', '6e1', '60, 60', '99999999999999999999');
const range = fc.constantFrom(
  'bytes 40-99/100',
  'bytes 40-99/*',
  'bytes 41-99/100',
  'bytes 40-99/101',
  'bytes 0-9/9',
  'x',
);
const type = fc.constantFrom('multipart/byteranges; boundary=x', 'Multipart/ByteRanges', 'video/mp4');
const fields = {
  etag,
  'last-modified': date,
  date,
  'content-length': length,
  'content-range': range,
  'content-type': type,
};

/** Any of these fields, each once, twice or not at all. */
const headers: fc.Arbitrary<HeaderList> = fc
  .tuple(
    ...Object.entries(fields).map(([name, values]) =>
      fc
        .array(values, { maxLength: 2 })
        .map((given) => given.map((value): [string, string] => [name, value])),
    ),
  )
  .map((lists) => lists.flat());

function headOf(list: HeaderList, url: string): ResponseHead {
  return { status: 206, statusText: '', headers: list, url, type: 'basic', redirected: false };
}

const url = fc.constantFrom(
  'https://a.test/x',
  'https://a.test/x?1#2',
  'https://b.test/x',
  'https://a.test/y',
  '',
);
const stored: fc.Arbitrary<ResponseData> = fc.record({
  head: fc.tuple(headers, url).map(([list, at]) => headOf(list, at)),
  receivedAt: fc.constantFrom(0, Date.parse('2026-01-01T00:10:00Z')),
  length: fc.constantFrom(null, 100, 101),
  body: fc.constant(0),
  coding: fc.constant('identity' as const),
  lengthProven: fc.boolean(),
  responses: fc.constant(1),
  stored: fc.constant([{ start: 0, end: 40 }]),
});

function field(list: HeaderList, name: string): string | null {
  const values = list.filter(([other]) => other === name).map(([, value]) => value);
  return values.length === 0 ? null : values.join(', ');
}

test('a part is taken only if nothing that it says speaks against it', () => {
  let taken = 0;
  fc.assert(
    fc.property(headers, url, stored, fc.boolean(), (list, at, previous, sentIfRange) => {
      const part = validateAPartialResponse(40, headOf(list, at), previous, {
        sentIfRange,
        isDecided: false,
      });
      if (!part) return;
      taken++;
      const before = previous.head.headers;
      expect(field(list, 'content-type') ?? '').not.toMatch(/^multipart/i);
      if (field(before, 'etag') !== null) expect(field(list, 'etag')).toBe(field(before, 'etag'));
      const modified = field(list, 'last-modified');
      if (modified !== null && field(before, 'last-modified') !== null)
        expect(modified).toBe(field(before, 'last-modified'));
      const shown = field(list, 'content-range');
      if (shown !== null) expect(shown).toMatch(/^bytes 40-/);
      if (previous.length !== null && part.completeLength !== null)
        expect(part.completeLength).toBe(previous.length);
      if (at.split('?')[0] === previous.head.url.split('?')[0]) return;
      // another place has the same only by all that it says
      expect(field(before, 'etag')).toMatch(/^"/);
      expect(part.completeLength).toBe(previous.length);
    }),
    { numRuns: 20_000 },
  );
  // or the property says nothing
  expect(taken).toBeGreaterThan(20);
});

test('what identifies a version is a strong ETag, or a date with a length and an overlap', () => {
  fc.assert(
    fc.property(stored, (data) => {
      const validator = chooseValidator(data);
      if (!validator) return;
      if (validator.overlap === 0) expect(validator.value).toMatch(/^"[^"]*"$/);
      else {
        expect(Date.parse(validator.value)).not.toBeNaN();
        expect(data.length).not.toBeNull();
      }
    }),
    { numRuns: 5000 },
  );
});
