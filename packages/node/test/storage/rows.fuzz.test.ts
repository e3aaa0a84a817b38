import {
  addUp,
  deserialiseRequest,
  deserialiseResponse,
  type ResponseData,
  type StoredBackgroundFetch,
  type StoredRecord,
  StoreError,
  takeSnapshot,
} from '@background-fetch/core';
import { sampleFetch, sampleRecord } from '@background-fetch/testing-contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeFetch,
  decodeGeneration,
  decodeRecord,
  decodeRequest,
  encodeFetch,
  encodeRecordState,
  encodeRequest,
} from '../../src/storage/rows.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 9 }),
  fc.constantFrom('__proto__', '\ud800', '\0', '"'),
);
const head = {
  status: 200,
  statusText: '',
  url: 'https://a.test/',
  type: 'basic',
  redirected: false,
} as const;
const data: ResponseData = {
  body: 0,
  receivedAt: 1,
  coding: 'identity',
  length: 9,
  lengthProven: true,
  responses: 1,
  head: { ...head, headers: [['etag', '"a"']] },
  stored: [
    { start: 0, end: 4 },
    { start: 5, end: 9 },
  ],
};
const fetches: fc.Arbitrary<StoredBackgroundFetch> = fc
  .tuple(
    fc.record({ id: text, title: text, key: text }),
    fc.constantFrom<object>(
      ...[{ state: 'paused', failureReason: 'fetch-error' }, { state: 'aborting' }, { state: 'released' }],
      { state: 'event-owed', result: 'failure', failureReason: 'aborted', deliveries: 1, lastDelivery: 0 },
    ),
  )
  .map(([texts, state]) => sampleFetch({ ...texts, ...state }));
const records: fc.Arbitrary<StoredRecord> = fc
  .tuple(
    fc.constantFrom(null, data, { ...data, length: null, stored: [] }),
    fc.constantFrom<object>({}, { state: 'backing-off', until: 5 }, { state: 'settled', result: 'success' }),
  )
  .map(([responseData, state]) => ({ ...sampleRecord({ responseData }), ...state }) as StoredRecord);

const odd = fc.constantFrom<unknown>(
  ...[null, true, -1, 0.5, 1e300, '', 'x', 'https://b.test/', [], {}, [[]], [['a']], [['a', 'b\n']], [null]],
  ...[{ start: 0 }, [{ start: 4, end: 2 }], 'constructor', 2, [['', '']], [['a', 'b']]],
);

/** The value with one part of it, found by `path`, replaced, or removed where it is replaced by undefined. */
function withOdd(value: unknown, [step = 0, ...path]: readonly number[], replacement: unknown): unknown {
  if (typeof value !== 'object' || value === null) return replacement;
  const members = Object.entries(value);
  const [name, part] = members[step % members.length] ?? ['0', undefined];
  const changed = path.length === 0 ? replacement : withOdd(part, path, replacement);
  if (Array.isArray(value)) return Object.assign([...value], { [name]: changed });
  return { ...value, [name]: changed };
}

const path = fc.array(fc.nat(12), { minLength: 1, maxLength: 5 });
const replacement = fc.option(odd, { nil: undefined });

/** What decoding gave; null where it refused as it should. */
function unlessRefused<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    expect((error as Error).message).toMatch(/malformed and was left alone|has schema version/);
    return null;
  }
}

describe('a stored row', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(fetches, records, (fetch, record) => {
        expect(decodeFetch(encodeFetch(fetch))).toEqual(fetch);
        const { request } = record;
        expect(decodeRecord(encodeRecordState(record), () => decodeRequest(encodeRequest(request)))).toEqual(
          record,
        );
      }),
    );
  });

  test('of which a part was changed is refused by name, or can be worked with as any other', () => {
    let refused = 0;
    const runs = 4000;
    fc.assert(
      fc.property(fetches, records, path, replacement, (fetch, record, at, odd) => {
        const { request, ...state } = record;
        const rows = [fetch, state, request].map((row) => JSON.stringify(withOdd(row, at, odd)) ?? 'null');
        const [fetchRow = '', stateRow = '', requestRow = ''] = rows;
        const readFetch = unlessRefused(() => decodeFetch(fetchRow));
        const readState = unlessRefused(() => decodeRecord(stateRow, () => request));
        const readRequest = unlessRefused(() => decodeRequest(requestRow));
        refused += [readFetch, readState, readRequest].filter((read) => read === null).length;
        // what the API does with rows that it was given
        const { downloaded, id } = takeSnapshot(readFetch ?? fetch, addUp([readState ?? record]));
        expect([Number.isSafeInteger(downloaded) && downloaded >= 0, typeof id]).toEqual([true, 'string']);
        const shown = readState?.responseData?.head;
        if (shown) deserialiseResponse(shown, 'HEAD', null, null);
        if (readRequest && readRequest.mode !== 'navigate') deserialiseRequest(readRequest, null);
      }),
      { numRuns: runs },
    );
    expect(refused).toBeGreaterThan(runs / 4);
  });

  test('of any text is refused by name', () => {
    const nearly = fc.string({
      unit: fc.constantFrom('{', '}', '"__proto__":', '"schema":', '1', ',', '[', ']', '\\u005f', '"'),
    });
    fc.assert(
      fc.property(fc.oneof(nearly, fc.json(), fc.string({ unit: 'binary' })), (given) => {
        for (const decode of [
          decodeFetch,
          decodeRequest,
          (row: string) => decodeRecord(row, () => sampleRecord().request),
        ])
          expect(unlessRefused(() => decode(given))).toBeNull();
        const generation = unlessRefused(() => decodeGeneration(given));
        expect(generation === null || typeof generation === 'string').toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(({} as { schema?: unknown }).schema).toBeUndefined();
  });

  test('of a newer schema says so, whatever else is in it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 1e6 }),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (schema, rest) => {
          expect(() => decodeFetch(JSON.stringify({ ...rest, schema }))).toThrow(
            /has schema version|malformed/,
          );
        },
      ),
    );
  });
});
