import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addByteRange,
  type ByteRange,
  countBytes,
  findGaps,
  overlaps,
  prefixLength,
} from '../src/model/byte-ranges.ts';

const someRanges = fc.array(
  fc.tuple(fc.nat(60), fc.nat(12)).map(([start, length]): ByteRange => ({ start, end: start + length })),
);

test('ranges are kept as the set of bytes they stand for', () => {
  fc.assert(
    fc.property(someRanges, (ranges) => {
      const bytes = new Set<number>();
      let kept: ByteRange[] = [];
      for (const range of ranges) {
        for (let at = range.start; at < range.end; at++) bytes.add(at);
        kept = addByteRange(kept, range);
      }
      expect(countBytes(kept)).toBe(bytes.size);
      for (const { start, end } of kept)
        for (let at = start; at < end; at++) expect(bytes.has(at)).toBe(true);
      // sorted, and never adjacent
      kept.slice(1).forEach((range, index) => {
        expect(range.start).toBeGreaterThan((kept[index] as ByteRange).end);
      });
    }),
  );
});

test('the gaps are what is missing', () => {
  fc.assert(
    fc.property(someRanges, (ranges) => {
      const kept = ranges.reduce(addByteRange, [] as ByteRange[]);
      const whole = findGaps(kept, 100).reduce(addByteRange, kept);
      expect(whole).toEqual([{ start: 0, end: 100 }]);
      expect(countBytes(findGaps(kept, 100))).toBe(100 - countBytes(kept));
    }),
  );
});

test('the prefix ends at the first gap', () => {
  expect(prefixLength([])).toBe(0);
  expect(prefixLength([{ start: 1, end: 5 }])).toBe(0);
  expect(
    prefixLength([
      { start: 0, end: 5 },
      { start: 6, end: 9 },
    ]),
  ).toBe(5);
});

test('the gaps before a byte are none of those behind it', () => {
  fc.assert(
    fc.property(someRanges, fc.nat(60), (ranges, length) => {
      const kept = ranges.reduce(addByteRange, [] as ByteRange[]);
      const gaps = findGaps(kept, length);
      for (const { start, end } of gaps) {
        expect(start).toBeLessThan(end);
        expect(end).toBeLessThanOrEqual(length);
      }
      const before = kept.reduce(
        (sum, { start, end }) => sum + Math.max(0, Math.min(end, length) - start),
        0,
      );
      expect(countBytes(gaps)).toBe(length - before);
    }),
  );
});

test('a range without a byte overlaps nothing', () => {
  const kept = [{ start: 0, end: 20 }];
  expect(overlaps(kept, { start: 10, end: 10 })).toBe(false);
  expect(overlaps(kept, { start: 19, end: 21 })).toBe(true);
  expect(overlaps(kept, { start: 20, end: 21 })).toBe(false);
});
