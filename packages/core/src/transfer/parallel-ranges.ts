import { type ByteRange, findGaps } from '../model/byte-ranges.ts';
import { getHeader } from '../model/header-list.ts';
import type { ResponseData } from '../model/record.ts';
import { presumedLength } from './body-completeness.ts';
import { getStrongETag } from './choose-validator.ts';

/**
 * bytes of the range that shows, before several are asked for, that no coding of a body is hidden: no number at which
 * decoders end a chunk, so that a coded part that is cut seldom has as many
 */
export const proofLength = 64 * 1024 - 1;

/** Whether what is missing of a body may be fetched in several ranges at once. */
export function allowsParallelRanges(data: ResponseData, pieceSize: number): boolean {
  return data.coding === 'identity' && data.lengthProven && isWorthSeveral(data, pieceSize);
}

/** Whether it might, if a range showed that no coding of the body is hidden. */
export function mightAllowParallelRanges(data: ResponseData, pieceSize: number): boolean {
  return data.coding === 'unknown' && data.stored.length === 0 && isWorthSeveral(data, pieceSize);
}

function isWorthSeveral(data: ResponseData, pieceSize: number): boolean {
  const length = presumedLength(data);
  if (length === null || !getStrongETag(data.head)) return false;
  if (getHeader(data.head.headers, 'accept-ranges')?.trim().toLowerCase() !== 'bytes') return false;
  const missing = findGaps(data.stored, length).reduce((sum, gap) => sum + gap.end - gap.start, 0);
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
