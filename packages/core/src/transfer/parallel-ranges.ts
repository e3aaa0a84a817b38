import { type ByteRange, findGaps } from '../model/byte-ranges.ts';
import { getHeader } from '../model/header-list.ts';
import type { ResponseData } from '../model/record.ts';
import { getStrongETag } from './choose-validator.ts';

/** Whether what is missing of a body may be fetched in several ranges at once. */
export function allowsParallelRanges(data: ResponseData, pieceSize: number): boolean {
  if (data.length === null || !data.lengthProven || data.coding !== 'identity') return false;
  if (!getStrongETag(data.head)) return false;
  if (getHeader(data.head.headers, 'accept-ranges')?.trim().toLowerCase() !== 'bytes') return false;
  const missing = findGaps(data.stored, data.length).reduce((sum, gap) => sum + gap.end - gap.start, 0);
  return missing >= 2 * pieceSize;
}

/** Cuts what is missing of a body into pieces, in order. The last two short ones of a gap are not joined. */
export function planPieces(data: ResponseData, pieceSize: number): ByteRange[] {
  const pieces: ByteRange[] = [];
  for (const gap of findGaps(data.stored, data.length ?? 0)) {
    for (let start = gap.start; start < gap.end; start += pieceSize) {
      pieces.push({ start, end: Math.min(start + pieceSize, gap.end) });
    }
  }
  return pieces;
}
