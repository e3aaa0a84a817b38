import type {
  BackgroundFetchFailureReason,
  BackgroundFetchResult,
  FetchKey,
  RegistrationKey,
  StoredBackgroundFetch,
} from './background-fetch.ts';
import type { StoredRecord } from './record.ts';
import { storedLength } from './transitions.ts';

/**
 * The whole state of a background fetch, as contexts show it. Twenty times a second at most, every context of the origin
 * gets a copy: it holds nothing that may be large, as icons are.
 */
export interface BackgroundFetchSnapshot {
  readonly key: FetchKey;
  readonly registration: RegistrationKey;
  readonly id: string;
  /** Tells two fetches apart of which one goes on from what the other has left, and has its key. */
  readonly order: number;
  /** bytes, as are the next three */
  readonly uploadTotal: number;
  readonly uploaded: number;
  readonly downloadTotal: number;
  readonly downloaded: number;
  readonly result: BackgroundFetchResult;
  readonly failureReason: BackgroundFetchFailureReason;
  readonly recordsAvailable: boolean;
  readonly paused: boolean;
  /** See `BackgroundFetchDetails`. */
  readonly pauses?: number | undefined;
}

/** bytes of all records together */
export interface Totals {
  /** bytes of request bodies that were transmitted */
  readonly uploaded: number;
  /**
   * bytes of response bodies in the store.
   * https://wicg.github.io/background-fetch/#background-fetch-stored-body-bytes-total
   */
  readonly downloaded: number;
}

/** Adds up the bytes of the records of a background fetch. */
export function addUp(records: readonly StoredRecord[]): Totals {
  let [uploaded, downloaded] = [0, 0];
  for (const record of records) {
    uploaded += record.uploaded;
    downloaded += storedLength(record);
  }
  return { uploaded, downloaded };
}

/** Makes the snapshot that contexts show of a background fetch. */
export function takeSnapshot(fetch: StoredBackgroundFetch, totals: Totals): BackgroundFetchSnapshot {
  const { key, registration, id, order, uploadTotal, downloadTotal, pauses } = fetch;
  const ended = fetch.state === 'event-owed';
  return {
    key,
    registration,
    id,
    order,
    uploadTotal,
    downloadTotal,
    pauses,
    ...totals,
    result: ended ? fetch.result : '',
    failureReason: ended ? fetch.failureReason : '',
    recordsAvailable: fetch.state !== 'released',
    paused: fetch.state === 'paused',
  };
}
