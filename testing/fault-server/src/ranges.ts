import type { Faults } from './faults.ts';

/** Both ends inclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The single range that a Range header asks of a body of `size` bytes (RFC 9110, section 14.1.2). Undefined for
 * several ranges, another unit or bad syntax: a server may ignore those, and this one does.
 */
export function parseRange(
  header: string | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const length = Number(match[2]);
    return length === 0 || size === 0
      ? 'unsatisfiable'
      : { start: Math.max(0, size - length), end: size - 1 };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== '' && Number(match[2]) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}

/** The Content-Range of a 206 for `range`, true or as false as `contentrange` asks. */
export function contentRangeOf(
  { start, end }: ByteRange,
  size: number,
  lie: Faults['contentRange'],
): string | undefined {
  switch (lie) {
    case 'correct':
      return `bytes ${start}-${end}/${size}`;
    case 'wrong-start':
      return `bytes ${start + 1}-${end + 1}/${size + 1}`;
    case 'wrong-end':
      return `bytes ${start}-${Math.max(start, end - 1)}/${size}`;
    case 'wrong-total':
      return `bytes ${start}-${end}/${size + 1}`;
    case 'star':
      return `bytes ${start}-${end}/*`;
    case 'malformed':
      return `bytes=${start}:${end} of ${size}`;
    case 'missing':
      return undefined;
  }
}

/** The Content-Range of a 416. */
export function unsatisfiedRangeOf(size: number, fault: Faults['unsatisfiable']): string | undefined {
  if (fault === 'missing') return undefined;
  return `bytes */${fault === 'wrong-total' ? size + 1 : size}`;
}
