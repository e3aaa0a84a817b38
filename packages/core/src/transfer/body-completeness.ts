import { countBytes, prefixLength } from '../model/byte-ranges.ts';
import type { ContentCoding, ResponseData, ResponseHead } from '../model/record.ts';
import { announcedLength } from './announced-length.ts';

/** The state of a body that ended cleanly: a clean end alone proves nothing, as some engines report one for every cut. */
export type Completeness = 'complete' | 'short' | 'unproven';

/** Judges a body whose stream ended without an error. */
export function assessCleanEnd(data: ResponseData, signalsTruncation: boolean): Completeness {
  if (data.stored.length > 1) return 'short';
  const stored = countBytes(data.stored);
  if (hasAnnouncedLength(data)) return 'complete';
  if (data.length !== null) {
    if (stored < data.length) return 'short';
    return data.lengthProven ? 'complete' : 'unproven';
  }
  if (signalsTruncation) return 'complete';
  return data.coding === 'unknown' && !mayEndAt(stored, data.head) ? 'short' : 'unproven';
}

/**
 * Whether as many bytes have come as `Content-Length` says, where it is not known whether there is a content coding:
 * a coded body ends after another number of bytes than it has on the wire.
 */
function hasAnnouncedLength({ coding, head, stored }: ResponseData): boolean {
  if (coding !== 'unknown' && coding !== 'assumed') return false;
  return announcedLength(head.headers) === countBytes(stored);
}

/**
 * Whether a body may end at `position`, by the `Content-Length` of its response, which may be that of its coded form: what
 * can't be compressed grows by less than a hundredth, and by a header.
 */
export function mayEndAt(position: number, { headers }: ResponseHead): boolean {
  return (announcedLength(headers) ?? 0) <= position * 1.01 + 64;
}

/** Whether the stored offsets are those in which the server counts, as far as anything shows. */
export function hasServerOffsets(coding: ContentCoding): boolean {
  return coding === 'identity' || coding === 'assumed';
}

/** The length that a body has, in bytes, if no coding of it is hidden; null where nobody said. */
export function presumedLength({ coding, length, head }: ResponseData): number | null {
  if (length !== null || coding !== 'unknown') return length;
  return announcedLength(head.headers);
}

/** Whether the stored offsets may be those of the server: where a coding may be hidden, a range shows whether they are. */
export function mayHaveServerOffsets(data: ResponseData): boolean {
  if (data.coding !== 'unknown') return hasServerOffsets(data.coding);
  const length = presumedLength(data);
  return length !== null && prefixLength(data.stored) <= length;
}

/**
 * Whether every byte of the body is known to be in the store, so that it needs no request to settle. Where a coding may be
 * hidden, the length may be that of the coded body.
 */
export function isStoredWhole(data: ResponseData): boolean {
  if (data.coding === 'unknown' || data.coding === 'assumed') return false;
  return data.length !== null && data.lengthProven && countBytes(data.stored) === data.length;
}
