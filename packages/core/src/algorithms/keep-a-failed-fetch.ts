import {
  type BackgroundFetchFailureReason,
  isKept,
  type StoredBackgroundFetch,
} from '../model/background-fetch.ts';
import type { StoredRecord } from '../model/record.ts';
import { released } from '../model/transitions.ts';
import type { StoreTransaction } from '../ports.ts';
import { isRetryableMethod } from '../transfer/retry-schedule.ts';
import { bytesWorthKeeping } from '../transfer/revive.ts';

/** ms for which what was received stays where it was the lack of space that failed it, at most */
const longestWithoutSpace = 60 * 60_000;

/** Whether it has failed, for something that is not the content's fault, and its event is still to be handled. */
export function mayBeKept(fetch: StoredBackgroundFetch): boolean {
  const reasons: readonly BackgroundFetchFailureReason[] = ['fetch-error', 'bad-status', 'quota-exceeded'];
  return fetch.state === 'event-owed' && reasons.includes(fetch.failureReason);
}

/**
 * bytes of a fetch that a later one of the same requests can go on from, or will be able to once its event is handled.
 * Nothing of one that sends something: going on with it might send it twice.
 */
export function countKept(fetch: StoredBackgroundFetch, records: readonly StoredRecord[]): number {
  if (!isKept(fetch) && !mayBeKept(fetch)) return 0;
  if (!records.every(({ request }) => isRetryableMethod(request.method))) return 0;
  return records.reduce((sum, record) => sum + bytesWorthKeeping(record), 0);
}

/**
 * The time, in ms since the epoch, until which the bytes of a fetch are to be kept once its event is handled;
 * undefined for not at all: it has not failed, its user or its `downloadTotal` wanted it to end, or no later fetch
 * can go on from it.
 */
function keepUntil(
  fetch: StoredBackgroundFetch,
  records: readonly StoredRecord[],
  now: number,
  longest: number,
): number | undefined {
  if (longest <= 0 || fetch.state !== 'event-owed' || countKept(fetch, records) === 0) return undefined;
  const time = fetch.failureReason === 'quota-exceeded' ? Math.min(longest, longestWithoutSpace) : longest;
  return Math.min(now + time, Number.MAX_SAFE_INTEGER);
}

/**
 * Releases a fetch whose event was handled, and keeps what a later one of the same requests can go on from. Only the
 * last fetch of an id is kept.
 * @param longest ms for which it is kept
 */
export async function releaseOrKeep(
  transaction: StoreTransaction,
  fetch: StoredBackgroundFetch,
  now: number,
  longest: number,
): Promise<void> {
  const { key, registration, id, order } = fetch;
  const records = mayBeKept(fetch) ? await transaction.listRecords(key) : [];
  let keptUntil = keepUntil(fetch, records, now, longest);
  if (keptUntil !== undefined) {
    const others = await transaction.findFetches(registration, id);
    if (others.some((other) => other.order > order && other.state !== 'released')) keptUntil = undefined;
    else for (const other of others) if (isKept(other)) transaction.putFetch(released(other));
  }
  transaction.putFetch(released(fetch, keptUntil));
}

/** Whether its bytes may go: nobody can go on from them any more. */
export function isOver(fetch: StoredBackgroundFetch, now: number): boolean {
  return fetch.state === 'released' && !(fetch.keptUntil !== undefined && fetch.keptUntil > now);
}
