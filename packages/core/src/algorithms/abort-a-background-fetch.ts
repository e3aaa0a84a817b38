import { isActive } from '../model/background-fetch.ts';
import type { BackgroundFetchSnapshot } from '../model/snapshot.ts';
import { aborting } from '../model/transitions.ts';
import type { ClientStore } from '../ports.ts';
import { findStoredFetch } from './find-stored-fetch.ts';

/**
 * The steps of `abort()` on the edit queue, which one write of the store is: whether this call aborted the fetch.
 * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-abort
 */
export async function abortABackgroundFetch(
  store: ClientStore,
  snapshot: BackgroundFetchSnapshot,
): Promise<boolean> {
  // 3.
  return await store.write(async (transaction) => {
    const fetch = await findStoredFetch(transaction, snapshot);
    // 3.3.
    if (!fetch || !isActive(fetch)) return false;
    // 3.4. to 3.6.
    transaction.putFetch(aborting(fetch));
    return true;
  });
}
