import { type ByteRange, findGaps, prefixLength } from '../model/byte-ranges.ts';
import { getHeader } from '../model/header-list.ts';
import type { ResponseData, StoredRecord } from '../model/record.ts';
import { hasServerOffsets, isStoredWhole } from './body-completeness.ts';
import { chooseValidator, getStrongETag } from './choose-validator.ts';
import type { EngineOptions } from './options.ts';
import { allowsParallelRanges, planPieces } from './parallel-ranges.ts';

/** What was learnt in earlier attempts of this run and is not at rest. */
export interface Lessons {
  /** The stored bytes can't be used: the next body starts from 0. */
  startOver: boolean;
  /** A request for everything from byte 0 on was refused: ask without a range. */
  plain: boolean;
  /** Ranges in parallel did not work out. */
  singleRange: boolean;
  /** The body ended cleanly where the engine can't tell an end from a cut. */
  proveEnd: boolean;
  /** Assembled bytes had the wrong digest; they got a second chance in one piece. */
  integrityFailed: boolean;
}

export const noLessons: Lessons = {
  startOver: false,
  plain: false,
  singleRange: false,
  proveEnd: false,
  integrityFailed: false,
};

/** What the next attempt asks for. */
export type AttemptPlan =
  /** All bytes are in the store: nothing. */
  | { readonly kind: 'settle' }
  /** The request as it is. */
  | { readonly kind: 'plain' }
  /** `bytes=0-`: everything, but without a content coding, so that it can be resumed. */
  | { readonly kind: 'identity' }
  /**
   * What follows the first stored bytes up to, not including, `end` (null: the end of the body), and `overlap` bytes
   * before it to compare.
   */
  | {
      readonly kind: 'rest';
      readonly position: number;
      readonly end: number | null;
      readonly overlap: number;
      readonly ifRange: string | null;
    }
  /** What is missing, in several ranges at once. */
  | { readonly kind: 'pieces'; readonly pieces: readonly ByteRange[]; readonly ifRange: string };

/** Decides what to ask for next. */
export function planAttempt(record: StoredRecord, lessons: Lessons, options: EngineOptions): AttemptPlan {
  const { request, responseData: data } = record;
  // A range that the author asked for is the author's: it is never extended or joined.
  const resumable = request.method === 'GET' && getHeader(request.headers, 'range') === null;
  if (!data || !resumable || data.head.status !== 200) return { kind: 'plain' };
  if (lessons.startOver) return wholeAgain(hasServerOffsets(data.coding), lessons);
  if (lessons.proveEnd) {
    const ifRange = hasServerOffsets(data.coding) ? getStrongETag(data) : null;
    return { kind: 'rest', position: prefixLength(data.stored), end: null, overlap: 0, ifRange };
  }
  if (isStoredWhole(data)) return { kind: 'settle' };
  if (!hasServerOffsets(data.coding)) return wholeAgain(false, lessons);
  const validator = chooseValidator(data);
  const parallel = options.connections > 1 && !lessons.singleRange;
  // ranges that were fetched at once and cut short leave gaps between them, which no single range fills
  const scattered = hasBytesBeyondGap(data);
  if (validator && parallel && (scattered || allowsParallelRanges(data, options.pieceSize))) {
    return { kind: 'pieces', pieces: planPieces(data, options.pieceSize), ifRange: validator.value };
  }
  const position = prefixLength(data.stored);
  if (position === 0) return { kind: 'plain' };
  const end = scattered ? (findGaps(data.stored, data.length ?? position)[0]?.end ?? null) : null;
  if (validator) {
    const overlap = Math.min(validator.overlap, position);
    return { kind: 'rest', position, end, overlap, ifRange: validator.value };
  }
  // Nothing identifies the version, but the digest of the whole will show a mixture.
  if (request.integrity !== '') return { kind: 'rest', position, end, overlap: 0, ifRange: null };
  return { kind: 'plain' };
}

function hasBytesBeyondGap({ stored }: ResponseData): boolean {
  return stored.length > (prefixLength(stored) > 0 ? 1 : 0);
}

function wholeAgain(identity: boolean, lessons: Lessons): AttemptPlan {
  return identity || lessons.plain ? { kind: 'plain' } : { kind: 'identity' };
}
