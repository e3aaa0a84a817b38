import type { StoredBackgroundFetch } from '../model/background-fetch.ts';
import type { BackgroundFetchSnapshot } from '../model/snapshot.ts';
import type { ClientStore } from '../ports.ts';
import { findStoredFetch } from './find-stored-fetch.ts';

/**
 * Changes the title and the icons that are displayed, where they are given: steps 4 to 6 of `updateUI()`.
 * https://wicg.github.io/background-fetch/#dom-backgroundfetchupdateuievent-updateui
 */
export async function updateTheDisplay(
  store: ClientStore,
  snapshot: BackgroundFetchSnapshot,
  update: Partial<Pick<StoredBackgroundFetch, 'title' | 'icons'>>,
): Promise<void> {
  await store.write(async (transaction) => {
    const fetch = await findStoredFetch(transaction, snapshot);
    if (fetch) transaction.putFetch({ ...fetch, ...update });
  });
}
