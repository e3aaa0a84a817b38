import { prefixLength } from '../model/byte-ranges.ts';
import { type BodyKey, mayBeExposed, type ResponseData, type StoredRecord } from '../model/record.ts';
import { deserialiseRequest } from '../serialise/request.ts';
import { deserialiseResponse } from '../serialise/response.ts';
import type { Realm } from './realm.ts';
import { beginReading, type Reading } from './release-the-records.ts';

/** What a BackgroundFetchRecord gives. */
export interface RecordObject {
  readonly realm: Realm;
  /** As it was when the object was made. */
  readonly record: StoredRecord;
  readonly request: Request;
  /** Called once, when somebody asks for it. */
  readonly readResponse: () => Promise<Response>;
}

/**
 * Creates record objects from records.
 * https://wicg.github.io/background-fetch/#create-record-objects
 */
export function createRecordObjects(realm: Realm, records: readonly StoredRecord[]): Promise<RecordObject[]> {
  return Promise.all(
    records.map(async (record) => {
      const { fetch, index, request } = record;
      const body = request.hasBody ? await realm.ports.store.readRequestBody(fetch, index) : null;
      return {
        realm,
        record,
        request: deserialiseRequest(request, body && (body.value as BodyInit)),
        readResponse: () => readResponse(realm, record),
      };
    }),
  );
}

/** 8. Resolves as soon as the response's head is known; its body follows as it comes. */
function readResponse(realm: Realm, { fetch, index, request }: StoredRecord): Promise<Response> {
  return followRecord(realm, fetch, index, async (record) => {
    const data = record.responseData;
    return data && deserialiseResponse(data.head, request.method, await readBody(realm, record, data));
  });
}

/** Looks at a record after each of its changes, until `look` has found something. */
async function followRecord<T>(
  realm: Realm,
  fetch: string,
  index: number,
  look: (record: StoredRecord) => Promise<T | null>,
): Promise<T> {
  for (;;) {
    const { records, changed } = realm.watch(fetch);
    const record = (await records)[index];
    if (!record) throw recordsReleased();
    const found = mayBeExposed(record) ? await look(record) : null;
    if (found) return found;
    if (record.state === 'settled') throw failureOf(record.request.url, record.result);
    await changed;
  }
}

async function readBody(realm: Realm, record: StoredRecord, data: ResponseData): Promise<BodyInit> {
  const key = { fetch: record.fetch, index: record.index, body: data.body };
  if (record.state === 'settled' && realm.givesBlobs) {
    const blob = await realm.ports.store.readBody?.(key, prefixLength(data.stored), '');
    if (blob) return blob;
  }
  return createBodyStream(realm, key);
}

const noBytes = new Uint8Array();

/** 6.-7. A stream of the stored bytes, then of those to come, at the pace at which it is read. */
function createBodyStream(realm: Realm, key: BodyKey): ReadableStream<Uint8Array> {
  let transmitted = 0;
  let reading: Reading | undefined;
  let cancelled = false;
  const nextBytes = async (record: StoredRecord): Promise<Uint8Array | null> => {
    const data = record.responseData;
    if (cancelled) return noBytes;
    if (data?.body !== key.body)
      throw new TypeError(`${record.request.url}: another response took its place`);
    const stored = prefixLength(data.stored);
    if (stored > transmitted) return await realm.ports.store.readBytes(key, transmitted, stored);
    return record.state === 'settled' ? noBytes : null;
  };
  const cancel = (): void => {
    cancelled = true;
    reading?.end();
  };
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      reading ??= await beginReading(realm.ports.lock, key.fetch);
      const bytes = await followRecord(realm, key.fetch, key.index, nextBytes);
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

export function recordsReleased(): DOMException {
  return new DOMException(
    'The records of this background fetch are no longer available: read them before its event ends',
    'InvalidStateError',
  );
}

function failureOf(url: string, result: string): Error {
  const message = `There is no response for ${url}: ${result}`;
  return result === 'aborted' ? new DOMException(message, 'AbortError') : new TypeError(message);
}
