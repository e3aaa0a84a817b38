/** Bytes from `start` up to but not including `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The ranges with `added` among them: sorted, disjoint, adjacent ones joined. */
export function addByteRange(ranges: readonly ByteRange[], added: ByteRange): ByteRange[] {
  if (added.end <= added.start) return [...ranges];
  const joined: ByteRange[] = [];
  let { start, end } = added;
  for (const range of ranges) {
    if (range.end < start || range.start > end) joined.push(range);
    else {
      start = Math.min(start, range.start);
      end = Math.max(end, range.end);
    }
  }
  joined.push({ start, end });
  return joined.sort((a, b) => a.start - b.start);
}

/** The number of bytes in the ranges. */
export function countBytes(ranges: readonly ByteRange[]): number {
  return ranges.reduce((total, range) => total + range.end - range.start, 0);
}

/** The number of bytes that are there from the start of the body without a gap. */
export function prefixLength(ranges: readonly ByteRange[]): number {
  const first = ranges[0];
  return first && first.start === 0 ? first.end : 0;
}

/** The ranges that are missing of the first `length` bytes of a body. */
export function findGaps(ranges: readonly ByteRange[], length: number): ByteRange[] {
  const gaps: ByteRange[] = [];
  let position = 0;
  for (const range of ranges) {
    if (position >= length) break;
    if (range.start > position) gaps.push({ start: position, end: Math.min(range.start, length) });
    position = range.end;
  }
  if (position < length) gaps.push({ start: position, end: length });
  return gaps;
}

/** Whether any byte of `range` is among `ranges`. */
export function overlaps(ranges: readonly ByteRange[], range: ByteRange): boolean {
  return ranges.some((other) => Math.max(other.start, range.start) < Math.min(other.end, range.end));
}
