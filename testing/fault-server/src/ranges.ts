import type { Faults } from './faults.ts';

/** Both ends inclusive, as in the header. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The part of a body a Range header asks for: null if the header is to be ignored (none, several ranges,
 * another unit, malformed), 'unsatisfiable' if no byte of the body is in it.
 *
 * https://httpwg.org/specs/rfc9110.html#field.range
 */
export function requestedRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? '');
  const [first = '', last = ''] = match?.slice(1) ?? [];
  if (first === '' && last === '') {
    return null;
  }
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) {
    return null;
  }
  return start >= size ? 'unsatisfiable' : { start, end };
}

/** The Content-Range of a part, right or wrong as asked. */
export function contentRange(range: ByteRange, size: number, faults: Faults): string | undefined {
  const { start, end } = range;
  switch (faults.contentrange) {
    case 'missing':
      return undefined;
    case 'malformed':
      return `bytes ${start}..${end} of ${size}`;
    case 'star':
      return `bytes ${start}-${end}/*`;
    case 'empty':
      return '';
    case 'equals':
      return `bytes=${start}-${end}/${size}`;
    case 'unit':
      return `items ${start}-${end}/${size}`;
    case 'negative':
      return `bytes -${start}-${end}/${size}`;
    case 'reversed':
      return `bytes ${end}-${start}/${size}`;
    case 'beyond':
      return `bytes ${start}-${size}/${size}`;
    case 'huge':
      return `bytes ${start}-99999999999999999998/99999999999999999999`;
    case 'letters':
      return `bytes ${start}-end/${size}`;
    case 'no-total':
      return `bytes ${start}-${end}`;
    case 'twice':
      return `bytes ${start}-${end}/${size}, bytes ${start}-${end}/${size}`;
    case 'wrong-start':
      return `bytes ${start + 1}-${end + 1}/${size + 1}`;
    case 'wrong-total':
      return `bytes ${start}-${end}/${size + 1}`;
    default:
      return `bytes ${start}-${end}/${size}`;
  }
}

/** The Content-Range of a part that is empty because it begins at the end. */
export function emptyRange(size: number): string {
  return `bytes ${size}-${size - 1}/${size}`;
}

/** The Content-Range of a 416. */
export function unsatisfiedRange(size: number, faults: Faults): string {
  return `bytes */${faults.unsatisfied === 'wrong' ? size + 1 : size}`;
}
