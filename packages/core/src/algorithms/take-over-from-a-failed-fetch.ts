import type { StoredBackgroundFetch } from '../model/background-fetch.ts';
import { mayBeExposed, type StoredRecord } from '../model/record.ts';
import { nextBody } from '../model/transitions.ts';
import type { ClientReadTransaction, StoreTransaction } from '../ports.ts';
import { bodyWorthKeeping, bytesWorthKeeping, revived } from '../transfer/revive.ts';
import { mayBeKept } from './keep-a-failed-fetch.ts';
import { asksForTheSame } from './revive-a-kept-fetch.ts';

/**
 * The fetch that a new one can take something over from: it failed, was for the same requests under the same id, and
 * its event is not handled yet, so that it could not be revived. An app may try again as soon as it sees a failure.
 */
export async function findFailedBefore(
  transaction: ClientReadTransaction,
  fetch: StoredBackgroundFetch,
  records: readonly StoredRecord[],
): Promise<StoredBackgroundFetch | undefined> {
  if (!records.every(({ state, responseData }) => state === 'waiting' && !responseData)) return undefined;
  const { registration, id, order, downloadTotal } = fetch;
  const requests = records.map(({ request }) => request);
  for (const earlier of (await transaction.findFetches(registration, id)).reverse()) {
    if (earlier.order > order || !mayBeKept(earlier)) continue;
    const its = await transaction.listRecords(earlier.key);
    if (!asksForTheSame(requests, its)) continue;
    const bytes = its.filter(mayBeTaken).reduce((sum, record) => sum + bytesWorthKeeping(record), 0);
    if (bytes > 0 && (downloadTotal === 0 || bytes <= downloadTotal)) return earlier;
  }
  return undefined;
}

/** Moves to a fetch, of which nothing was asked for yet, what the failed records of another one have received. */
export async function takeOver(
  transaction: StoreTransaction,
  { key, order }: StoredBackgroundFetch,
  earlier: StoredBackgroundFetch,
): Promise<void> {
  // either fetch may have been purged, or revived, since it was looked at
  if ((await transaction.getFetch(key))?.order !== order) return;
  const current = await transaction.getFetch(earlier.key);
  if (current?.order !== earlier.order || !mayBeKept(current)) return;
  for (const record of await transaction.listRecords(earlier.key)) {
    const body = mayBeTaken(record) && bodyWorthKeeping(record);
    if (!body) continue;
    const { fetch, index, responseData, interrupted } = record;
    await transaction.moveBytes({ fetch, index, body: body.body }, { fetch: key, index, body: body.body });
    transaction.putRecord({ ...revived(record).record, fetch: key });
    transaction.putRecord({
      ...record,
      responseData: responseData === body ? null : responseData,
      interrupted: interrupted === body ? undefined : interrupted,
      // a store may still have bytes under that number
      bodies: nextBody(record),
    });
  }
}

/**
 * Whether bytes may be taken over from a record: not those that may be exposed, which event handlers, and whoever
 * else has the registration object, read.
 */
function mayBeTaken(record: StoredRecord): boolean {
  return (
    !mayBeExposed(record) ||
    (record.interrupted !== undefined && bodyWorthKeeping(record) === record.interrupted)
  );
}
