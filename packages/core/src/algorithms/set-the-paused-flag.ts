import { isActive } from '../model/background-fetch.ts';
import type { BackgroundFetchSnapshot } from '../model/snapshot.ts';
import type { ClientStore } from '../ports.ts';
import { findStoredFetch } from './find-stored-fetch.ts';

/**
 * Sets or unsets the paused flag, as a user may who sees the fetch displayed. Resolves with how often it was paused or
 * resumed by then, which tells older news from newer.
 * https://wicg.github.io/background-fetch/#background-fetch-display-algorithm
 * @throws InvalidStateError (DOMException) if the fetch is not active, or has a request that can't be sent again
 */
export async function setThePausedFlag(
  store: ClientStore,
  snapshot: BackgroundFetchSnapshot,
  paused: boolean,
): Promise<number> {
  return await store.write(async (transaction) => {
    const fetch = await findStoredFetch(transaction, snapshot);
    if (!fetch || !isActive(fetch)) {
      throw new DOMException(`Background fetch "${snapshot.id}" is no longer active`, 'InvalidStateError');
    }
    const records = paused ? await transaction.listRecords(snapshot.key) : [];
    const upload = records.find(({ state, request }) => state !== 'settled' && request.method !== 'GET');
    if (upload) {
      throw new DOMException(
        `Background fetch "${snapshot.id}" can't be paused: its ${upload.request.method} can't be sent again. Wait, or abort it`,
        'InvalidStateError',
      );
    }
    const state = paused ? 'paused' : 'active';
    const { pauses = 0 } = fetch;
    if (fetch.state === state) return pauses;
    transaction.putFetch({ ...fetch, state, pauses: pauses + 1 });
    return pauses + 1;
  });
}
