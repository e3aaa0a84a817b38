import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseContentRange, parseLength, parseUnsatisfiedRange } from '../src/transfer/content-range.ts';

test('a Content-Range of HTTP is parsed', () => {
  expect(parseContentRange('bytes 0-99/100')).toEqual({
    firstBytePos: 0,
    lastBytePos: 99,
    completeLength: 100,
  });
  expect(parseContentRange(' Bytes 5-5/* ')).toEqual({
    firstBytePos: 5,
    lastBytePos: 5,
    completeLength: null,
  });
});

test.each([
  ['the grammar of the specification, which is not that of HTTP', 'bytes=0-99/100'],
  ['a last byte before the first', 'bytes 9-8/100'],
  ['a last byte beyond the end', 'bytes 0-100/100'],
  ['a number that a number can not hold', 'bytes 0-99/9007199254740993'],
  ['a sign', 'bytes +0-99/100'],
  ['another unit', 'items 0-99/100'],
  ['two fields in one', 'bytes 0-99/100, bytes 0-99/100'],
  ['no complete length', 'bytes 0-99'],
  ['an unsatisfied range', 'bytes */100'],
  ['nothing', ''],
])('%s is refused', (_, value) => {
  expect(parseContentRange(value)).toBeNull();
});

test('what was written is what is read, for all ranges', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), fc.maxSafeNat(), (a, b, c) => {
      const [first, last, complete] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
      const parsed = parseContentRange(`bytes ${first}-${last}/${complete}`);
      if (last < complete)
        expect(parsed).toEqual({ firstBytePos: first, lastBytePos: last, completeLength: complete });
      else expect(parsed).toBeNull();
    }),
  );
});

test('no text whatever makes the parsers throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      parseContentRange(text);
      parseUnsatisfiedRange(text);
      parseLength(text);
    }),
  );
});

test('the length in a 416 is read', () => {
  expect(parseUnsatisfiedRange('bytes */42')).toBe(42);
  expect(parseUnsatisfiedRange('bytes 0-1/42')).toBeNull();
  expect(parseUnsatisfiedRange(null)).toBeNull();
});

test('a length is digits alone', () => {
  expect(parseLength('0')).toBe(0);
  expect(parseLength('12, 12')).toBeNull();
  expect(parseLength('-1')).toBeNull();
  expect(parseLength('1e3')).toBeNull();
  expect(parseLength('99999999999999999')).toBeNull();
});
