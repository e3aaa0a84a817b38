import { isActive, type RegistrationKey, type StoredBackgroundFetch } from '../model/background-fetch.ts';
import { addUp, type BackgroundFetchSnapshot, takeSnapshot } from '../model/snapshot.ts';
import type { ClientReadTransaction, ClientStore } from '../ports.ts';

/** The stored fetch that a snapshot is of, and not another one that went on with its key from what it had left. */
export async function findStoredFetch(
  transaction: ClientReadTransaction,
  { key, order }: BackgroundFetchSnapshot,
): Promise<StoredBackgroundFetch | undefined> {
  const fetch = await transaction.getFetch(key);
  return fetch?.order === order ? fetch : undefined;
}

/**
 * The active background fetch of this id; undefined if there is none.
 * https://wicg.github.io/background-fetch/#background-fetch-manager-get
 */
export async function findActiveFetch(
  store: ClientStore,
  registration: RegistrationKey,
  id: string,
): Promise<BackgroundFetchSnapshot | undefined> {
  return await store.read(async (transaction) => {
    const fetch = (await transaction.findFetches(registration, id)).find(isActive);
    return fetch && takeSnapshot(fetch, addUp(await transaction.listRecords(fetch.key)));
  });
}

/**
 * The ids of the active background fetches, in the order in which they were started.
 * https://wicg.github.io/background-fetch/#background-fetch-manager-get-ids
 */
export async function listActiveIds(store: ClientStore, registration: RegistrationKey): Promise<string[]> {
  const fetches = await store.read((transaction) => transaction.listFetches(registration));
  return fetches.filter(isActive).map((fetch) => fetch.id);
}
