import { prefixLength } from '../model/byte-ranges.ts';
import { getHeader } from '../model/header-list.ts';
import type { ResponseData, StoredRecord, StoredRequest } from '../model/record.ts';
import { hasServerOffsets, isStoredWhole, mayHaveServerOffsets } from './body-completeness.ts';
import { chooseValidator, getStrongETag } from './choose-validator.ts';
import type { Course } from './course.ts';
import type { EngineOptions } from './options.ts';
import {
  allowsParallelRanges,
  mightAllowParallelRanges,
  planPieces,
  proofLength,
} from './parallel-ranges.ts';

/** A part of the body, continuing what is stored: from `position` up to, not including, `end`. */
export interface RestPlan {
  readonly kind: 'rest';
  readonly position: number;
  /** null: the end of the body */
  readonly end: number | null;
  /** The number of stored bytes before it that are fetched again to compare. */
  readonly overlap: number;
  /** The value of the field that identifies the version, null if nothing does. */
  readonly validator: string | null;
  /** Whether that is sent as `If-Range`, where it needs no preflight and may match. */
  readonly conditional: boolean;
}

/** The plan of the next attempt. */
export type AttemptPlan =
  /** All bytes are in the store: nothing. */
  | { readonly kind: 'settle' }
  /** The request as it is. */
  | { readonly kind: 'plain' }
  /** `bytes=0-`: everything, but without a content coding, so that it can be resumed. */
  | { readonly kind: 'identity' }
  | RestPlan
  /** The missing parts, in several ranges at once: whoever makes the attempt takes them out. */
  | { readonly kind: 'pieces'; readonly pieces: RestPlan[] };

/** A plan for one request. */
export type RequestPlan = Exclude<AttemptPlan, { kind: 'settle' | 'pieces' }>;

/** Stored bytes that are fetched again where a coding may be hidden: of a coded body, others come. */
const codingOverlap = 1024;

/** Whether a body may be continued. A range that the author asked for is the author's: it is never extended or joined. */
export function isResumable(request: StoredRequest, { head }: ResponseData): boolean {
  return request.method === 'GET' && getHeader(request.headers, 'range') === null && head.status === 200;
}

/** Decides what to ask for next. */
export function planAttempt(record: StoredRecord, course: Course, options: EngineOptions): AttemptPlan {
  const { request, responseData: data } = record;
  if (!data || course.goal === 'compare' || !isResumable(request, data)) return { kind: 'plain' };
  const isCountedAlike = hasServerOffsets(data.coding);
  const whole: AttemptPlan = {
    kind: isCountedAlike || course.ranges === 'none' ? 'plain' : 'identity',
  };
  if (course.goal === 'from-zero') return whole;
  const { stored } = data;
  const position = prefixLength(stored);
  const rest = { kind: 'rest', position, end: null, overlap: 0 } as const;
  const conditional = course.ranges === 'several' || course.ranges === 'single';
  if (course.goal === 'prove-end') {
    return { ...rest, validator: isCountedAlike ? getStrongETag(data.head) : null, conditional };
  }
  const isWhole = isStoredWhole(data);
  if (isWhole && !record.unconfirmed) return { kind: 'settle' };
  if (!mayHaveServerOffsets(data) || course.ranges === 'none') return whole;
  const validator = chooseValidator(data);
  const parallel = options.connections > 1 && course.ranges === 'several';
  if (!isCountedAlike && position === 0) {
    if (!validator || !parallel || !mightAllowParallelRanges(data, options.pieceSize)) return whole;
    return { ...rest, end: proofLength, validator: validator.value, conditional };
  }
  // ranges that were fetched at once and cut short leave gaps between them, and so does a checkpoint that failed
  const scattered = stored.length > (position > 0 ? 1 : 0);
  if (
    validator &&
    parallel &&
    data.length !== null &&
    isCountedAlike &&
    (scattered || allowsParallelRanges(data, options.pieceSize))
  ) {
    const pieces = planPieces(data, options.pieceSize).map(({ start, end }) => ({
      ...rest,
      position: start,
      end,
      validator: validator.value,
      conditional,
    }));
    return { kind: 'pieces', pieces };
  }
  // Where nothing identifies the version, the digest of the whole will show a mixture.
  if (position === 0 || !(validator || request.integrity)) return whole;
  const end = (scattered && stored[1]?.start) || null;
  // the last byte of what an earlier fetch received shows whether the server still has that version
  const asked = data.coding !== 'identity' ? codingOverlap : isWhole ? 1 : 0;
  const needed = Math.max(validator?.overlap ?? 0, asked);
  const overlap = Math.min(needed, position);
  return { ...rest, end, overlap, validator: validator?.value ?? null, conditional };
}
