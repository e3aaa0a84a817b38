import {
  type BackgroundFetchFailureReason,
  isActive,
  type StoredBackgroundFetch,
} from './background-fetch.ts';
import { addByteRange, type ByteRange, countBytes, overlaps } from './byte-ranges.ts';
import type {
  RecordResult,
  ResponseData,
  RetryCounts,
  SettledRecord,
  StoredRecord,
  UnsettledRecord,
} from './record.ts';
import { isOkStatus } from './status.ts';

// A row keeps what belonged to its former state, where it means nothing: readers look at the state first.

/** Thrown instead of writing what the state at rest does not allow: the row is gone, settled, or has moved on. */
export class StaleWriteError extends Error {
  constructor() {
    super('The stored record has moved on');
  }
}

/** The row if it may still change, else throws: a settled record never does, and a purged one stays away. */
export function requireUnsettled(record: StoredRecord | undefined): UnsettledRecord {
  if (!record || record.state === 'settled') throw new StaleWriteError();
  return record;
}

/** The record with a request under way. */
export function transferring(record: UnsettledRecord): UnsettledRecord {
  return { ...record, state: 'transferring' };
}

/** The record waiting until `until`, in ms since the epoch, for its next attempt. */
export function backingOff(record: UnsettledRecord, retries: RetryCounts, until: number): UnsettledRecord {
  return { ...record, retries, state: 'backing-off', until };
}

/**
 * The record waiting for its origin to answer.
 * @param since see `StoredRecord`; null where the host is offline
 */
export function offline(record: UnsettledRecord, since: number | null): UnsettledRecord {
  return { ...record, state: 'offline', since: since ?? undefined };
}

/** The number of the next body of a record, higher than those of all it has had. */
export function nextBody({ responseData, interrupted, bodies = 0 }: StoredRecord): number {
  return Math.max(bodies, (responseData?.body ?? -1) + 1, (interrupted?.body ?? -1) + 1);
}

/**
 * The record with its response replaced by one of which nothing is stored yet. A body that was received in part stays
 * beside one that only says why it can't be continued.
 */
export function withResponse(record: UnsettledRecord, data: ResponseData): UnsettledRecord {
  if (data.body < nextBody(record)) throw new StaleWriteError();
  const { responseData: before } = record;
  const isPart = before?.head.status === 200 && before.stored.length > 0;
  const interrupted = isOkStatus(data.head.status) ? undefined : isPart ? before : record.interrupted;
  return { ...confirmed(transferring(record)), responseData: data, interrupted };
}

/** The record once an answer has shown that what it has stored is the version that the server has now. */
export function confirmed(record: UnsettledRecord): UnsettledRecord {
  return record.unconfirmed ? { ...record, unconfirmed: undefined } : record;
}

/** The record with `range` of its body added to what is stored. */
export function withBytes(record: UnsettledRecord, body: number, range: ByteRange): UnsettledRecord {
  const data = record.responseData;
  if (data?.body !== body) throw new StaleWriteError();
  if (overlaps(data.stored, range)) throw new StaleWriteError();
  const responseData = { ...data, stored: addByteRange(data.stored, range) };
  return { ...confirmed(transferring(record)), responseData };
}

/** @param content `void` if the bytes it has are at fault, and must not be gone on from */
export function settled(record: UnsettledRecord, result: RecordResult, content?: 'void'): SettledRecord {
  return { ...(result === 'success' ? confirmed(record) : record), state: 'settled', result, content };
}

/** The fetch with a settled record's result taken in: the first that is not a success is kept. */
export function withRecordResult(fetch: StoredBackgroundFetch, result: RecordResult): StoredBackgroundFetch {
  const failed = result !== 'success' && isActive(fetch) && fetch.failureReason === '';
  return failed ? { ...fetch, failureReason: result } : fetch;
}

/** The fetch once all its records are settled. One that `abort()` removed before is aborted, whatever they say. */
export function withEventOwed(
  fetch: StoredBackgroundFetch,
  now: number,
): Extract<StoredBackgroundFetch, { state: 'event-owed' }> {
  const failureReason: BackgroundFetchFailureReason = isActive(fetch) ? fetch.failureReason : 'aborted';
  return {
    ...fetch,
    state: 'event-owed',
    result: failureReason === '' ? 'success' : 'failure',
    failureReason,
    deliveries: 1,
    lastDelivery: now,
  };
}

/** bytes stored of a record's response body */
export function storedLength(record: StoredRecord): number {
  return record.responseData ? countBytes(record.responseData.stored) : 0;
}

/**
 * The fetch after its event was handled.
 * @param keptUntil until when what it received is kept, in ms since the epoch; none if it is not
 */
export function released(fetch: StoredBackgroundFetch, keptUntil?: number): StoredBackgroundFetch {
  return { ...fetch, state: 'released', keptUntil };
}

/** The fetch removed from the active ones by `abort()`. */
export function aborting(fetch: StoredBackgroundFetch): StoredBackgroundFetch {
  return { ...fetch, state: 'aborting' };
}
