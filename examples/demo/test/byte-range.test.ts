import { describe, expect, it } from 'vitest';
import { parseRange } from '../src/byte-range.ts';

describe('parseRange', () => {
  it.each([
    ['bytes=0-', { start: 0, end: 1000 }],
    ['bytes=200-299', { start: 200, end: 300 }],
    ['bytes=999-999', { start: 999, end: 1000 }],
    ['bytes=500-5000', { start: 500, end: 1000 }],
    ['bytes=-100', { start: 900, end: 1000 }],
    ['bytes=-5000', { start: 0, end: 1000 }],
  ])('reads %s', (header, range) => {
    expect(parseRange(header, 1000)).toEqual(range);
  });

  it.each(['bytes=1000-', 'bytes=5000-6000', 'bytes=-0'])('finds %s unsatisfiable', (header) => {
    expect(parseRange(header, 1000)).toBe('unsatisfiable');
  });

  it.each([undefined, '', 'bytes=-', 'bytes=300-200', 'bytes=a-b', 'bytes=0-1,5-6', 'items=0-1'])(
    'ignores %s, which asks for the whole',
    (header) => {
      expect(parseRange(header, 1000)).toBeNull();
    },
  );
});
