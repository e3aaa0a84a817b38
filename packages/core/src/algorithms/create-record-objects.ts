import { prefixLength } from '../model/byte-ranges.ts';
import { type BodyKey, mayBeExposed, type ResponseData, type StoredRecord } from '../model/record.ts';
import { deserialiseRequest } from '../serialise/request.ts';
import { deserialiseResponse } from '../serialise/response.ts';
import type { Realm } from './realm.ts';

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
  if (record.state === 'settled') {
    const blob = await realm.ports.store.readBody(key, prefixLength(data.stored), '');
    if (blob) return blob;
  }
  return createBodyStream(realm, key, record.request.url);
}

/** bytes read at a time of a body that is kept as a Blob */
const blobSlice = 2 ** 20;

/**
 * 6.-7. A stream of the stored bytes, then of those to come, at the pace at which it is read. Whoever reads slowly
 * keeps the whole body when the background fetch settles: its handlers may have it released before long.
 */
function createBodyStream(realm: Realm, key: BodyKey, url: string): ReadableStream<Uint8Array> {
  const { store } = realm.ports;
  let transmitted = 0;
  let cancelled = false;
  let kept: Blob | null = null;
  const keep = async (): Promise<void> => {
    const record = await realm.records.read(key.fetch, key.index);
    const data = record?.responseData;
    if (record?.state !== 'settled' || data?.body !== key.body || !mayBeExposed(record)) return;
    kept = await store.readBody(key, prefixLength(data.stored), '');
  };
  const stop = realm.records.beforeRelease(key.fetch, keep);

  const nextBytes = async (): Promise<Uint8Array | null> => {
    while (!cancelled) {
      const changed = realm.records.change(key.fetch);
      if (kept) {
        if (transmitted >= kept.size) return null;
        return await store.readBlob(kept, transmitted, Math.min(transmitted + blobSlice, kept.size));
      }
      const record = await realm.records.read(key.fetch, key.index);
      if (kept) continue;
      if (!record) throw released();
      const data = record.responseData;
      if (data?.body !== key.body) throw new TypeError(`${url}: the response was replaced by another one`);
      if (!mayBeExposed(record)) throw failureOf(record, url);
      const stored = prefixLength(data.stored);
      if (stored > transmitted) {
        const bytes = await store.readBytes(key, transmitted, stored);
        if (bytes) return bytes;
        // gone since the record was read: what became of it is read again
      } else if (record.state === 'settled') return null;
      else await changed;
    }
    return null;
  };

  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
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
    stop();
  };
  const cancel = (): void => {
    cancelled = true;
    stop();
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
