import type { QueryOptions } from '../model/idl-types.ts';
import type { BackgroundFetchSnapshot } from '../model/snapshot.ts';
import { withoutFragment } from '../model/url.ts';
import { createRecordObjects, type RecordObject } from './create-record-objects.ts';
import { findStoredFetch } from './find-stored-fetch.ts';
import { recordsReleased } from './holds.ts';
import type { Realm } from './realm.ts';
import { requestMatchesCachedItem } from './request-matches-cached-item.ts';

/** The query of `match()` and `matchAll()`. */
export interface RecordQuery extends QueryOptions {
  /** null for all records */
  readonly request: Request | null;
  /** whether the first one that matches is enough, as for `match()` */
  readonly onlyFirst: boolean;
}

/**
 * The steps of `match()` and `matchAll()`: what stands behind the records that match, in the order given to `fetch()`.
 * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-matchall
 * @throws InvalidStateError (DOMException) if the records are not available any more
 */
export async function matchRecords(
  realm: Realm,
  snapshot: BackgroundFetchSnapshot,
  { request, onlyFirst, ...options }: RecordQuery,
): Promise<RecordObject[]> {
  const url = request && !options.ignoreSearch ? withoutFragment(request.url) : undefined;
  // records are held before their availability is checked: a record that is held by then is not deleted
  const held = snapshot.recordsAvailable && (await realm.holds.begin(snapshot.key));
  if (!held) throw recordsReleased();
  try {
    // 1. and 3.1. to 3.2.
    const stored = await realm.ports.store.read(async (transaction) => {
      const fetch = await findStoredFetch(transaction, snapshot);
      return fetch && fetch.state !== 'released' && transaction.listRecords(snapshot.key, url);
    });
    if (!stored) throw recordsReleased();
    const matching = stored.filter(
      (record) => !request || requestMatchesCachedItem(request, record, options),
    );
    // 3.3.
    return await createRecordObjects(realm, onlyFirst ? matching.slice(0, 1) : matching, held);
  } finally {
    held.end();
  }
}
