import { countBytes } from '../model/byte-ranges.ts';
import { noRetries, type ResponseData, type StoredRecord, type UnsettledRecord } from '../model/record.ts';
import { nextBody } from '../model/transitions.ts';
import { hasServerOffsets, isStoredWhole } from './body-completeness.ts';
import { chooseValidator } from './choose-validator.ts';
import { isResumable } from './plan-attempt.ts';

/**
 * The body of a record from which a later fetch of the same request can go on, null if there is none: some of it is
 * stored, something will tell whether the server still has that version, and it was not its content that failed.
 */
export function bodyWorthKeeping(record: StoredRecord): ResponseData | null {
  const { responseData, interrupted, content } = record;
  if (interrupted && canBeContinued(record, interrupted)) return interrupted;
  if (!responseData || content === 'void' || !canBeContinued(record, responseData)) return null;
  // a body that failed although nothing of it is missing has another digest than it should
  const isFailed = record.state === 'settled' && record.result === 'fetch-error';
  return isFailed && !record.unconfirmed && isStoredWhole(responseData) ? null : responseData;
}

function canBeContinued({ request }: StoredRecord, data: ResponseData): boolean {
  if (!isResumable(request, data) || !hasServerOffsets(data.coding) || data.stored.length === 0) return false;
  return request.integrity !== '' || chooseValidator(data) !== null;
}

/** bytes of a record that a later fetch of the same request can go on from */
export function bytesWorthKeeping(record: StoredRecord): number {
  return countBytes(bodyWorthKeeping(record)?.stored ?? []);
}

/** A record that begins with the bytes of an earlier one. */
export interface Revival {
  readonly record: UnsettledRecord;
  /** The numbers of the bodies whose bytes are of no use any more. */
  readonly dropped: readonly number[];
}

/** A record of a fetch that has failed, as it begins in the next one of the same requests. */
export function revived(record: StoredRecord): Revival {
  const { schema, fetch, index, request, responseData, interrupted } = record;
  const kept = bodyWorthKeeping(record);
  return {
    record: {
      schema,
      fetch,
      index,
      request,
      uploaded: 0,
      retries: noRetries,
      state: 'waiting',
      responseData: kept,
      bodies: nextBody(record),
      unconfirmed: kept !== null,
    },
    dropped: [responseData, interrupted].flatMap((data) => (data && data !== kept ? [data.body] : [])),
  };
}
