import { prefixLength } from '../model/byte-ranges.ts';
import { type BodyKey, mayBeExposed, type ResponseData, type StoredRecord } from '../model/record.ts';
import { deserialiseRequest } from '../serialise/request.ts';
import { deserialiseResponse } from '../serialise/response.ts';
import type { Realm } from './realm.ts';
import { beginReading, type Reading } from './release-the-records.ts';

/** What a BackgroundFetchRecord gives. */
export interface RecordObject {
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
        request: deserialiseRequest(request, body && (body.value as BodyInit)),
        readResponse: () => readResponse(realm, record),
      };
    }),
  );
}

/** 8. Resolves as soon as the response's head is known; its body follows as it comes. */
async function readResponse(realm: Realm, { fetch, index, request }: StoredRecord): Promise<Response> {
  for (;;) {
    const changed = realm.records.change(fetch);
    const record = await realm.records.read(fetch, index);
    if (!record) throw released();
    const data = record.responseData;
    if (data && mayBeExposed(record)) {
      return deserialiseResponse(data.head, request.method, await readBody(realm, record, data));
    }
    if (record.state === 'settled') throw failureOf(record, request.url);
    await changed;
  }
}

async function readBody(realm: Realm, record: StoredRecord, data: ResponseData): Promise<BodyInit> {
  const key = { fetch: record.fetch, index: record.index, body: data.body };
  if (record.state === 'settled' && realm.givesBlobs) {
    const blob = await realm.ports.store.readBody(key, prefixLength(data.stored), '');
    if (blob) return blob;
  }
  return createBodyStream(realm, key, record.request.url);
}

/** 6.-7. A stream of the stored bytes, then of those to come, at the pace at which it is read. */
function createBodyStream(realm: Realm, key: BodyKey, url: string): ReadableStream<Uint8Array> {
  let transmitted = 0;
  let reading: Reading | null = null;
  let cancelled = false;
  const nextBytes = async (): Promise<Uint8Array | null> => {
    while (!cancelled) {
      const changed = realm.records.change(key.fetch);
      const record = await realm.records.read(key.fetch, key.index);
      if (!record) throw released();
      const data = record.responseData;
      if (data?.body !== key.body) throw new TypeError(`${url}: the response was replaced by another one`);
      if (!mayBeExposed(record)) throw failureOf(record, url);
      const stored = prefixLength(data.stored);
      if (stored > transmitted) {
        const bytes = await realm.ports.store.readBytes(key, transmitted, stored);
        if (bytes) return bytes;
        // gone since the record was read: what became of it is read again
      } else if (record.state === 'settled') return null;
      else await changed;
    }
    return null;
  };
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      reading ??= await beginReading(realm.ports.lock, key.fetch);
      const bytes = await nextBytes();
      if (bytes) {
        transmitted += bytes.byteLength;
        controller.enqueue(bytes);
        return;
      }
      if (!cancelled) controller.close();
    } catch (error) {
      controller.error(error);
    }
    reading?.end();
  };
  const cancel = (): void => {
    cancelled = true;
    reading?.end();
  };
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}

function released(): DOMException {
  return new DOMException(
    'The records of this background fetch are no longer available',
    'InvalidStateError',
  );
}

function failureOf(record: StoredRecord, url: string): unknown {
  const result = record.state === 'settled' ? record.result : '';
  const message = `There is no response for ${url}: ${result}`;
  return result === 'aborted' ? new DOMException(message, 'AbortError') : new TypeError(message);
}
