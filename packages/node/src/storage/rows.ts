import {
  type StoredBackgroundFetch,
  type StoredRecord,
  type StoredRequest,
  StoreError,
  schemaVersion,
} from '@background-fetch/core';
import { NewerStoreError } from './errors.ts';

/** A record without its request, which never changes: that is kept in a column of its own. */
type RecordState = Omit<StoredRecord, 'request'>;

const fetchStates = new Set(['active', 'paused', 'aborting', 'event-owed', 'released']);
const recordStates = new Set(['waiting', 'transferring', 'backing-off', 'offline', 'settled']);

export function encodeFetch(fetch: StoredBackgroundFetch): string {
  return encode(fetch, `background fetch "${fetch.id}"`);
}

export function encodeRequest(request: StoredRequest): string {
  return encode(request, `the request for ${request.url}`);
}

export function encodeRecordState(record: StoredRecord): string {
  const { request: _, ...state } = record;
  return encode(state, `record ${record.index}`);
}

export function decodeFetch(text: string): StoredBackgroundFetch {
  const row = decode(text, 'background fetch') as Partial<StoredBackgroundFetch>;
  requireKnown(row);
  const valid =
    fetchStates.has(row.state as string) &&
    [row.key, row.registration, row.id, row.title].every((text) => typeof text === 'string') &&
    [row.order, row.downloadTotal, row.uploadTotal, row.recordCount].every(Number.isFinite) &&
    Array.isArray(row.icons);
  if (!valid) throw malformed('background fetch', text);
  return row as StoredBackgroundFetch;
}

export function decodeRequest(text: string): StoredRequest {
  const row = decode(text, 'request') as Partial<StoredRequest>;
  const { url, method, headers, integrity } = row;
  if (typeof url !== 'string' || typeof method !== 'string' || typeof integrity !== 'string') {
    throw malformed('request', text);
  }
  if (!isHeaderList(headers)) throw malformed('request', text);
  return row as StoredRequest;
}

export function decodeRecord(state: string, decodeItsRequest: () => StoredRequest): StoredRecord {
  const row = decode(state, 'record') as Partial<RecordState>;
  requireKnown(row);
  const valid =
    recordStates.has(row.state as string) &&
    typeof row.fetch === 'string' &&
    Number.isInteger(row.index) &&
    typeof row.retries === 'object' &&
    row.retries !== null &&
    isResponseData(row.responseData);
  if (!valid) throw malformed('record', state);
  return { ...(row as RecordState), request: decodeItsRequest() } as StoredRecord;
}

function isResponseData(value: unknown): boolean {
  if (value === null) return true;
  const { body, head, stored } = (value ?? {}) as StoredRecord['responseData'] & object;
  return (
    Number.isInteger(body) &&
    isHeaderList(head?.headers) &&
    Array.isArray(stored) &&
    stored.every((range) => Number.isInteger(range?.start) && Number.isInteger(range?.end))
  );
}

function isHeaderList(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((pair) => Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string')
  );
}

function requireKnown({ schema }: { schema?: unknown }): void {
  if (typeof schema === 'number' && schema > schemaVersion) throw new NewerStoreError(schema, schemaVersion);
}

function encode(value: object, what: string): string {
  try {
    requirePlain(value);
    return JSON.stringify(value);
  } catch (cause) {
    throw new StoreError(`The row of ${what} can not be stored: it is not plain data`, { cause });
  }
}

/** JSON leaves out what it does not know; a row that lost a part that way must not be written. */
function requirePlain(value: unknown): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return;
    case 'number':
      if (Number.isFinite(value)) return;
      break;
    case 'object':
      if (value === null) return;
      if (Array.isArray(value)) {
        for (const item of value) requirePlain(item);
      } else {
        for (const key in value) requirePlain((value as Record<string, unknown>)[key]);
      }
      return;
  }
  throw new TypeError(`A ${typeof value} can not be stored`);
}

function decode(text: string, what: string): object {
  let row: unknown;
  try {
    row = suspicious.test(text) ? JSON.parse(text, refusePrototype) : JSON.parse(text);
  } catch (cause) {
    throw malformed(what, text, cause);
  }
  if (typeof row !== 'object' || row === null) throw malformed(what, text);
  return row;
}

/** A text that may have a key `__proto__`: whoever copies such a row into another object gives it a prototype. */
const suspicious = /__proto__|\\u00(5f|7|6f)/i;

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('The key "__proto__" is not allowed in a row');
  return value;
}

function malformed(what: string, text: string, cause?: unknown): StoreError {
  const shown = JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
  return new StoreError(
    `A stored row of a ${what} is malformed and was left alone: ${shown}. ` +
      'Something other than background-fetch has written it; move store.db away to start with an empty store.',
    cause === undefined ? {} : { cause },
  );
}
