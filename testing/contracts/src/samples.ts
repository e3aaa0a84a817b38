import {
  type BackgroundFetchSnapshot,
  noRetries,
  type RecordDetails,
  type StoredBackgroundFetch,
  type StoredRecord,
  schemaVersion,
} from '@background-fetch/core';

/** An active background fetch as it may be stored. */
export function sampleFetch(differing: Partial<StoredBackgroundFetch> = {}): StoredBackgroundFetch {
  return {
    schema: schemaVersion,
    key: 'fetch-1',
    registration: 'https://app.test/ 1',
    id: 'film',
    order: 1,
    title: 'A film',
    icons: [{ src: 'https://app.test/icon.png', sizes: '96x96' }],
    downloadTotal: 1000,
    uploadTotal: 0,
    recordCount: 1,
    state: 'active',
    failureReason: '',
    ...differing,
  } as StoredBackgroundFetch;
}

/** A waiting record as it may be stored. */
export function sampleRecord(differing: Partial<RecordDetails> = {}): StoredRecord {
  return {
    schema: schemaVersion,
    fetch: 'fetch-1',
    index: 0,
    request: {
      url: 'https://app.test/film.mp4',
      method: 'GET',
      headers: [['accept', '*/*']],
      mode: 'cors',
      credentials: 'same-origin',
      cache: 'default',
      redirect: 'follow',
      referrer: 'about:client',
      referrerPolicy: '',
      integrity: '',
      hasBody: false,
    },
    uploaded: 0,
    retries: noRetries,
    responseData: null,
    ...differing,
    state: 'waiting',
  };
}

export function sampleSnapshot(differing: Partial<BackgroundFetchSnapshot> = {}): BackgroundFetchSnapshot {
  return {
    key: 'fetch-1',
    registration: 'https://app.test/ 1',
    id: 'film',
    order: 1,
    uploadTotal: 0,
    uploaded: 0,
    downloadTotal: 1000,
    downloaded: 0,
    result: '',
    failureReason: '',
    recordsAvailable: true,
    paused: false,
    ...differing,
  };
}

/** Bytes that differ from offset to offset: what a body holds from `start` up to `end`. */
export function sampleBytes(start: number, end: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    { length: end - start },
    (_, i) => ((start + i) * 31 + ((start + i) >> 8) * 7) & 255,
  );
}
