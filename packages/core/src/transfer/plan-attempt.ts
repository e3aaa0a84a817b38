import { prefixLength } from '../model/byte-ranges.ts';
import { getHeader } from '../model/header-list.ts';
import type { ResponseData, StoredRecord, StoredRequest } from '../model/record.ts';
import type { AttemptPlan } from './attempt-plan.ts';
import { isStoredWhole } from './body-completeness.ts';
import { chooseValidator, getStrongETag } from './choose-validator.ts';
import type { EngineOptions } from './options.ts';
import { allowsParallelRanges, planPieces } from './parallel-ranges.ts';

/** What was learnt in earlier attempts of this run and is not at rest. */
export interface Lessons {
  /** The stored bytes can't be used: the next body starts from 0. */
  startOver?: boolean;
  /** A request for everything from byte 0 on was refused: ask without a range. */
  plain?: boolean;
  /** Ranges in parallel did not work out. */
  singleRange?: boolean;
  /** Pieces come in less time than lies between two checkpoints: one that comes at once is no more at stake. */
  fast?: boolean;
  /** The body ended cleanly where the engine can't tell an end from a cut. */
  proveEnd?: boolean;
  /** Assembled bytes had the wrong digest; they got a second chance in one piece. */
  integrityFailed?: boolean;
}

/** Whether a body may be continued. A range that the author asked for is the author's: it is never extended or joined. */
export function isResumable(request: StoredRequest, { head }: ResponseData): boolean {
  return request.method === 'GET' && getHeader(request.headers, 'range') === null && head.status === 200;
}

/** Decides what to ask for next. */
export function planAttempt(record: StoredRecord, lessons: Lessons, options: EngineOptions): AttemptPlan {
  const { request, responseData: data } = record;
  if (!data || !isResumable(request, data)) return { kind: 'plain' };
  const hasServerOffsets = data.coding === 'identity';
  if (lessons.startOver) return wholeAgain(hasServerOffsets, lessons);
  const { stored } = data;
  const position = prefixLength(stored);
  const rest = { kind: 'rest', position, end: null, overlap: 0 } as const;
  if (lessons.proveEnd) return { ...rest, ifRange: hasServerOffsets ? getStrongETag(data.head) : null };
  if (isStoredWhole(data)) return { kind: 'settle' };
  if (!hasServerOffsets) return wholeAgain(false, lessons);
  const validator = chooseValidator(data);
  const parallel = options.connections > 1 && !lessons.singleRange;
  // ranges that were fetched at once and cut short leave gaps between them, and so does a checkpoint that failed
  const scattered = stored.length > (position > 0 ? 1 : 0);
  if (
    validator &&
    parallel &&
    data.length !== null &&
    (scattered || allowsParallelRanges(data, options.pieceSize))
  ) {
    const pieces = planPieces(data, options.pieceSize).map(({ start, end }) => ({
      ...{ ...rest, position: start, end, ifRange: validator.value },
    }));
    return { kind: 'pieces', pieces };
  }
  // Where nothing identifies the version, the digest of the whole will show a mixture.
  if (position === 0 || !(validator || request.integrity)) return { kind: 'plain' };
  const end = (scattered && stored[1]?.start) || null;
  const overlap = Math.min(validator?.overlap ?? 0, position);
  return { ...rest, end, overlap, ifRange: validator?.value ?? null };
}

function wholeAgain(identity: boolean, lessons: Lessons): AttemptPlan {
  return { kind: identity || lessons.plain ? 'plain' : 'identity' };
}
