import { prefixLength } from '../model/byte-ranges.ts';
import { type BodyKey, mayBeExposed, type ResponseData, type StoredRecord } from '../model/record.ts';
import { hasNullBody } from '../model/status.ts';
import { deserialiseRequest } from '../serialise/request.ts';
import { deserialiseResponse } from '../serialise/response.ts';
import { announcedLength } from '../transfer/announced-length.ts';
import { type Hold, recordsReleased } from './holds.ts';
import { readSomeBytes } from './read-stored-bytes.ts';
import type { Realm } from './realm.ts';

/** The state of a BackgroundFetchRecord. */
export interface RecordObject {
  readonly realm: Realm;
  /** The record as it was when the object was made. */
  readonly record: StoredRecord;
  readonly request: Request;
  /** Keeps its bytes. */
  readonly hold: Hold;
  /** Reads the response; called once, when somebody asks for it. */
  readonly readResponse: () => Promise<Response>;
}

/**
 * Creates record objects from records.
 * https://wicg.github.io/background-fetch/#create-record-objects
 * @param held keeps the bytes while they are created; each then keeps its own
 */
export function createRecordObjects(
  realm: Realm,
  records: readonly StoredRecord[],
  held: Hold,
): Promise<RecordObject[]> {
  return Promise.all(
    records.map(async (record) => {
      const { fetch, index, request } = record;
      const hold = held.another();
      const body = request.hasBody ? await realm.ports.store.readRequestBody(fetch, index) : null;
      return {
        realm,
        record,
        request: deserialiseRequest(request, body && (body.value as BodyInit)),
        hold,
        readResponse: () => readResponse(realm, record, hold),
      };
    }),
  );
}

/** 8. Resolves as soon as the response's head is known, or once its body is verified; its body follows as it comes. */
async function readResponse(
  realm: Realm,
  { fetch, index, request }: StoredRecord,
  hold: Hold,
): Promise<Response> {
  const want = createWant(realm, fetch, index);
  const look = async (record: StoredRecord): Promise<Response | null> => {
    const data = record.responseData;
    if (!data) return null;
    const body = await readBody(realm, record, data, hold);
    return deserialiseResponse(data.head, request.method, body, lengthOf(record, data), hold);
  };
  try {
    return await hold.read(() => followRecord(realm, fetch, index, look, want));
  } catch (error) {
    hold.end();
    throw error;
  }
}

/** The length of the whole body, as its bytes are read here; null where nothing proves it. */
function lengthOf({ state, request }: StoredRecord, data: ResponseData): number | null {
  const { coding, length, lengthProven, stored } = data;
  if (coding !== 'identity' || !lengthProven) return null;
  if (request.method === 'HEAD') return announcedLength(data.head.headers);
  if (hasNullBody(data.head.status, request.method)) return null;
  // of a body that has failed, fewer bytes may be stored
  return state === 'settled' && prefixLength(stored) !== length ? null : length;
}

/** ms that pass at least before the engine is told again that somebody waits */
const wantInterval = 1000;

/** Makes the function that tells the engine that somebody waits for what comes next of a body. */
function createWant({ ports: { announcements, clock } }: Realm, key: string, index: number): () => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.now();
    // a clock that was set back tells nothing
    if (Math.abs(now - toldAt) < wantInterval) return;
    toldAt = now;
    announcements.want({ key, index });
  };
}

/**
 * Looks at a record after each of its changes, until `look` has found something.
 * @param want called when it is waited for
 */
async function followRecord<T>(
  realm: Realm,
  fetch: string,
  index: number,
  look: (record: StoredRecord) => Promise<T | null>,
  want: () => void,
): Promise<T> {
  for (;;) {
    const { records, changed } = realm.watch(fetch);
    const record = (await records)[index];
    if (!record) throw recordsReleased();
    const isToBeSeen = mayBeExposed(record) && !isToBeVerified(realm, record);
    const found = isToBeSeen ? await look(record) : null;
    if (found) return found;
    if (record.state === 'settled') throw failureOf(record.request.url, record.result);
    if (isToBeSeen) want();
    await changed;
  }
}

/** Whether the whole will be checked against a digest: as with `fetch()`, nobody sees a byte of it before. */
function isToBeVerified({ ports }: Realm, { state, request, responseData }: StoredRecord): boolean {
  if (state === 'settled') return false;
  return (request.integrity || ports.promisedIntegrity?.(request, responseData) || '') !== '';
}

async function readBody(
  realm: Realm,
  { fetch, index, request, state }: StoredRecord,
  data: ResponseData,
  hold: Hold,
): Promise<BodyInit | null> {
  const key = { fetch, index, body: data.body };
  if (hasNullBody(data.head.status, request.method)) {
    hold.lastFor(0);
    return null;
  }
  if (state === 'settled' && realm.givesBlobs) {
    const { store } = realm.ports;
    const blob = await store.readBody?.(key, prefixLength(data.stored), '');
    // no host tells when a Blob is read
    if (blob) hold.lastFor(store.blobsOutlast ? 0 : 1);
    if (blob) return blob;
  }
  return createBodyStream(realm, key, hold);
}

const noBytes = new Uint8Array();

/** 6.-7. A stream of the stored bytes, then of those to come, at the pace at which it is read. */
function createBodyStream(realm: Realm, key: BodyKey, hold: Hold): ReadableStream<Uint8Array> {
  let transmitted = 0;
  let cancelled = false;
  const want = createWant(realm, key.fetch, key.index);
  const nextBytes = async (record: StoredRecord): Promise<Uint8Array | null> => {
    const data = record.responseData;
    if (cancelled) return noBytes;
    if (data?.body !== key.body)
      throw new TypeError(`${record.request.url}: another response took its place`);
    const stored = prefixLength(data.stored);
    if (stored > transmitted) return await readSomeBytes(realm.ports.store, key, transmitted, stored);
    return record.state === 'settled' ? noBytes : null;
  };
  const cancel = (): void => {
    cancelled = true;
    hold.end();
  };
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      const bytes = await hold.read(() => followRecord(realm, key.fetch, key.index, nextBytes, want));
      transmitted += bytes.byteLength;
      if (bytes.byteLength > 0) return controller.enqueue(bytes);
      if (!cancelled) controller.close();
    } catch (error) {
      controller.error(error);
    }
    cancel();
  };
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}

function failureOf(url: string, result: string): Error {
  const message = `There is no response for ${url}: ${result}`;
  return result === 'aborted' ? new DOMException(message, 'AbortError') : new TypeError(message);
}
