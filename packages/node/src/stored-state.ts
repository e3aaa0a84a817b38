import {
  bytesWorthKeeping,
  countKept,
  isKept,
  type StoredBackgroundFetch,
  type StoredRecord,
} from '@background-fetch/core';
import type { EngineStore } from './engine-store.ts';
import { registrationKey } from './host/registration-host.ts';

/** A background fetch as it is stored, with what the API does not show. */
export interface StoredState {
  readonly fetch: StoredBackgroundFetch;
  /** in the order of its requests */
  readonly records: readonly StoredRecord[];
}

/** What a background fetch that failed has left to go on from. */
export interface KeptState {
  /** bytes of each of its records; empty for nothing */
  readonly byRecord: readonly number[];
  /** ms since the epoch; null for nothing, and until its event is handled */
  readonly until: number | null;
}

/** Background fetches whose event is still to be handled, in order of creation. */
export async function listStored(store: EngineStore): Promise<StoredBackgroundFetch[]> {
  return store.read(async (transaction) =>
    (await transaction.listFetches(registrationKey)).filter(({ state }) => state !== 'released'),
  );
}

/** The background fetch of this id whose event is still to be handled. */
export async function findStored(store: EngineStore, id: string): Promise<StoredState | undefined> {
  return await store.read(async (transaction) => {
    const found = await transaction.findFetches(registrationKey, id);
    const fetch = found.find(({ state }) => state !== 'released');
    return fetch && { fetch, records: await transaction.listRecords(fetch.key) };
  });
}

/** What the last background fetch of this id that failed has left. */
export async function findKept(store: EngineStore, id: string): Promise<KeptState> {
  return await store.read(async (transaction) => {
    for (const fetch of (await transaction.findFetches(registrationKey, id)).reverse()) {
      const records = await transaction.listRecords(fetch.key);
      if (countKept(fetch, records) === 0) continue;
      return { byRecord: records.map(bytesWorthKeeping), until: isKept(fetch) ? fetch.keptUntil : null };
    }
    return { byRecord: [], until: null };
  });
}
