import {
  type StoredBackgroundFetch,
  type StoredRecord,
  type StoredRequest,
  StoreError,
  schemaVersion,
} from '@background-fetch/core';
import { NewerStoreError } from './errors.ts';
import { isFetchRow, isRecordRow, isRequestRow } from './row-shapes.ts';

/** A record without its request, which never changes: that is kept in a column of its own. */
type RecordState = Omit<StoredRecord, 'request'>;

/**
 * The row of a background fetch.
 * @throws StoreError for what is not plain data
 */
export function encodeFetch(fetch: StoredBackgroundFetch): string {
  return encode(fetch, `background fetch "${fetch.id}"`);
}

/**
 * The row of a request.
 * @throws StoreError for what is not plain data
 */
export function encodeRequest(request: StoredRequest): string {
  return encode(request, `the request for ${request.url}`);
}

/**
 * The row of a record, without its request.
 * @throws StoreError for what is not plain data
 */
export function encodeRecordState(record: StoredRecord): string {
  const { request: _, ...state } = record;
  return encode(state, `record ${record.index}`);
}

/**
 * The background fetch of a row.
 * @throws NewerStoreError, StoreError for a row that is malformed
 */
export function decodeFetch(text: string): StoredBackgroundFetch {
  return decode(text, 'background fetch', isFetchRow) as StoredBackgroundFetch;
}

/**
 * The request of a row.
 * @throws NewerStoreError, StoreError for a row that is malformed
 */
export function decodeRequest(text: string): StoredRequest {
  return decode(text, 'request', isRequestRow) as StoredRequest;
}

/**
 * The record of a row and its request.
 * @throws NewerStoreError, StoreError for a row that is malformed
 */
export function decodeRecord(state: string, decodeItsRequest: () => StoredRequest): StoredRecord {
  const row = decode(state, 'record', isRecordRow) as RecordState;
  return { ...row, request: decodeItsRequest() } as StoredRecord;
}

/** The generation of a scope. */
export function decodeGeneration(text: string): string {
  return decode(text, 'generation', (value) => typeof value === 'string') as string;
}

function requireKnown(row: unknown): void {
  const { schema } = (row ?? {}) as { schema?: unknown };
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

function decode(text: string, what: string, isOne: (row: unknown) => boolean): unknown {
  let row: unknown;
  try {
    row = suspicious.test(text) ? JSON.parse(text, refusePrototype) : JSON.parse(text);
  } catch (cause) {
    throw malformed(what, text, cause);
  }
  requireKnown(row);
  if (!isOne(row)) throw malformed(what, text);
  return row;
}

/** A text that may have a key `__proto__`: whoever copies such a row into another object gives it a prototype. */
const suspicious = /__proto__|\\u00(5f|7|6f)/i;

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('The key "__proto__" is not allowed in a row');
  return value;
}

function malformed(what: string, text: string, cause?: unknown): StoreError {
  // the value may be of any type that a column can have
  const start = String(text);
  const shown = JSON.stringify(start.length > 120 ? `${start.slice(0, 120)}…` : start);
  return new StoreError(
    `A stored row of a ${what} is malformed and was left alone: ${shown}. ` +
      'Something other than background-fetch has written it; move store.db away to start with an empty store.',
    cause === undefined ? {} : { cause },
  );
}
