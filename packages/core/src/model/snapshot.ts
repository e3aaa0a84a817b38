import type {
  BackgroundFetchFailureReason,
  BackgroundFetchResult,
  FetchKey,
  RegistrationKey,
  StoredBackgroundFetch,
} from './background-fetch.ts';
import type { ImageResource } from './image-resource.ts';
import type { StoredRecord } from './record.ts';
import { storedLength } from './transitions.ts';

/** The whole state of a background fetch, as contexts show it. */
export interface BackgroundFetchSnapshot {
  readonly key: FetchKey;
  readonly registration: RegistrationKey;
  readonly id: string;
  readonly title: string;
  readonly icons: readonly ImageResource[];
  /** bytes, as are the next three */
  readonly uploadTotal: number;
  readonly uploaded: number;
  readonly downloadTotal: number;
  readonly downloaded: number;
  readonly result: BackgroundFetchResult;
  readonly failureReason: BackgroundFetchFailureReason;
  readonly recordsAvailable: boolean;
  readonly paused: boolean;
}

/** bytes in the store of all response bodies. https://wicg.github.io/background-fetch/#background-fetch-stored-body-bytes-total */
export function storedBodyBytesTotal(records: readonly StoredRecord[]): number {
  return records.reduce((total, record) => total + storedLength(record), 0);
}

/** Request body bytes transmitted, of all records. */
function uploadedTotal(records: readonly StoredRecord[]): number {
  return records.reduce((total, record) => total + record.uploaded, 0);
}

/** What contexts show of a background fetch. */
export function takeSnapshot(
  fetch: StoredBackgroundFetch,
  records: readonly StoredRecord[],
): BackgroundFetchSnapshot {
  const ended = fetch.state === 'event-owed';
  return {
    ...fetch,
    uploaded: uploadedTotal(records),
    downloaded: storedBodyBytesTotal(records),
    result: ended ? fetch.result : '',
    failureReason: ended ? fetch.failureReason : '',
    recordsAvailable: fetch.state !== 'released',
    paused: fetch.state === 'paused',
  };
}
