import {
  isKept,
  type KeptBackgroundFetch,
  type RegistrationKey,
  type StoredBackgroundFetch,
} from '../model/background-fetch.ts';
import type { ImageResource } from '../model/idl-types.ts';
import type { StoredRecord, StoredRequest } from '../model/record.ts';
import { addUp, type BackgroundFetchSnapshot, takeSnapshot } from '../model/snapshot.ts';
import { released } from '../model/transitions.ts';
import type { ClientReadTransaction, ClientTransaction } from '../ports.ts';
import { revived } from '../transfer/revive.ts';

/** The arguments in which the new fetch may differ from the one that failed. */
export interface Renewal {
  readonly title: string;
  readonly icons: readonly ImageResource[];
  readonly downloadTotal: number;
  readonly state: 'active' | 'paused';
}

/** A fetch that failed, with the records that it has left. */
export interface KeptFetch {
  readonly fetch: KeptBackgroundFetch;
  readonly records: readonly StoredRecord[];
}

/** Finds what the last fetch of this id that failed has left, of these requests, if any are given; null if nothing. */
export async function findKept(
  transaction: ClientReadTransaction,
  registration: RegistrationKey,
  id: string,
  requests?: readonly StoredRequest[],
): Promise<KeptFetch | null> {
  const kept = (await transaction.findFetches(registration, id)).filter(isKept);
  for (const fetch of kept.reverse()) {
    const records = await transaction.listRecords(fetch.key);
    if (!requests || asksForTheSame(requests, records)) return { fetch, records };
  }
  return null;
}

/**
 * Gives up what fetches of this id that failed have left; the engine frees it when it looks next. Resolves with whether
 * there was anything.
 */
export async function forgetKept(
  transaction: ClientTransaction,
  registration: RegistrationKey,
  id: string,
  spared?: KeptBackgroundFetch,
): Promise<boolean> {
  const kept = (await transaction.findFetches(registration, id)).filter(isKept);
  const forgotten = kept.filter(({ key }) => key !== spared?.key);
  for (const fetch of forgotten) transaction.putFetch(released(fetch));
  return forgotten.length > 0;
}

/**
 * Makes a fetch that has failed, and was kept, active again, so that it goes on from what it received. Its key stays,
 * because its bytes are stored by it; it is another fetch all the same, of which its order tells. Resolves with null,
 * and gives up what was kept, if that is more than it may download now.
 */
export async function reviveAKeptFetch(
  transaction: ClientTransaction,
  { fetch: kept, records }: KeptFetch,
  renewal: Renewal,
): Promise<BackgroundFetchSnapshot | null> {
  const revivals = records.map(revived);
  const totals = addUp(revivals.map(({ record }) => record));
  if (renewal.downloadTotal && totals.downloaded > renewal.downloadTotal) {
    transaction.putFetch(released(kept));
    return null;
  }
  const order = await transaction.nextOrder();
  const { keptUntil: _, ...before } = kept;
  const fetch: StoredBackgroundFetch = { ...before, ...renewal, order, failureReason: '' };
  transaction.putFetch(fetch);
  for (const { record, dropped } of revivals) {
    transaction.putRecord(record);
    for (const body of dropped) transaction.deleteBytes({ fetch: kept.key, index: record.index, body });
  }
  return takeSnapshot(fetch, totals);
}

/** Whether records are of these requests. */
export function asksForTheSame(
  requests: readonly StoredRequest[],
  records: readonly StoredRecord[],
): boolean {
  return (
    requests.length === records.length &&
    records.every(({ request }, index) => describe(request) === describe(requests[index] as StoredRequest))
  );
}

/**
 * A text that is the same for the same requests. The referrer is left out, as a service worker may go on with what a
 * page has begun.
 */
function describe({ referrer: _, ...request }: StoredRequest): string {
  return JSON.stringify(Object.entries(request).sort());
}
