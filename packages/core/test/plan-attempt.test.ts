import { expect, test } from 'vitest';
import type { ByteRange } from '../src/model/byte-ranges.ts';
import { noRetries, type ResponseData, type StoredRecord } from '../src/model/record.ts';
import { continueWith, firstCourse } from '../src/transfer/course.ts';
import { defaultEngineOptions } from '../src/transfer/options.ts';
import { planAttempt } from '../src/transfer/plan-attempt.ts';

const options = { ...defaultEngineOptions, pieceSize: 10, connections: 2 };

/** A record of a strongly identified body of 100 bytes. */
function record(stored: readonly ByteRange[], change: Partial<ResponseData> = {}): StoredRecord {
  const request = {
    url: 'https://a.test/x',
    method: 'GET',
    headers: [],
    hasBody: false,
    integrity: '',
    mode: 'cors',
    credentials: 'same-origin',
    cache: 'default',
    redirect: 'follow',
    referrer: '',
    referrerPolicy: '',
  } as StoredRecord['request'];
  const head = {
    status: 200,
    statusText: 'OK',
    url: request.url,
    type: 'basic' as const,
    redirected: false,
    headers: [
      ['etag', '"a"'],
      ['accept-ranges', 'bytes'],
    ],
  } as const;
  const coding = 'identity' as const;
  return {
    schema: 1,
    fetch: 'key',
    index: 0,
    request,
    uploaded: 0,
    retries: noRetries,
    state: 'transferring',
    responseData: {
      body: 0,
      head,
      receivedAt: 0,
      coding,
      length: 100,
      lengthProven: true,
      stored,
      responses: 1,
      ...change,
    },
  };
}

/** What is known of it where another origin hides whether it is coded. */
const hidden: Partial<ResponseData> = {
  head: {
    status: 200,
    statusText: 'OK',
    url: 'https://a.test/x',
    type: 'cors',
    redirected: false,
    headers: [
      ['etag', '"a"'],
      ['accept-ranges', 'bytes'],
      ['content-length', '5000'],
    ],
  },
  coding: 'unknown',
  length: null,
};

test('much that is missing is fetched in several ranges at once', () => {
  const plan = planAttempt(record([{ start: 0, end: 75 }]), firstCourse, options);
  expect(plan).toMatchObject({
    kind: 'pieces',
    pieces: [
      { position: 75, end: 85 },
      { position: 85, end: 95 },
      { position: 95, end: 100 },
    ],
  });
});

test('little that is missing at the end is fetched as one range', () => {
  expect(planAttempt(record([{ start: 0, end: 90 }]), firstCourse, options)).toEqual({
    kind: 'rest',
    position: 90,
    end: null,
    overlap: 0,
    validator: '"a"',
    conditional: true,
  });
});

test('gaps are filled however little is missing, and no stored byte is fetched again', () => {
  const stored = [
    { start: 0, end: 80 },
    { start: 85, end: 92 },
  ];
  expect(planAttempt(record(stored), firstCourse, options)).toMatchObject({
    kind: 'pieces',
    pieces: [
      { position: 80, end: 85 },
      { position: 92, end: 100 },
    ],
  });
  const missingStart = [{ start: 4, end: 100 }];
  expect(planAttempt(record(missingStart), firstCourse, options)).toMatchObject({
    kind: 'pieces',
    pieces: [{ position: 0, end: 4 }],
  });
});

test('a single range ends before what is stored beyond a gap', () => {
  const stored = [
    { start: 0, end: 80 },
    { start: 85, end: 92 },
  ];
  expect(planAttempt(record(stored), continueWith(firstCourse, 'single'), options)).toEqual({
    kind: 'rest',
    position: 80,
    end: 85,
    overlap: 0,
    validator: '"a"',
    conditional: true,
  });
});

test('where a coding may be hidden, stored bytes come again before what follows them', () => {
  const plan = planAttempt(record([{ start: 0, end: 4000 }], hidden), firstCourse, options);
  expect(plan).toMatchObject({ kind: 'rest', position: 4000, end: null, overlap: 1024, validator: '"a"' });
});

test('more bytes than are announced were coded: nothing continues them', () => {
  const plan = planAttempt(record([{ start: 0, end: 5001 }], hidden), firstCourse, options);
  expect(plan).toEqual({ kind: 'identity' });
});

test('where a coding may be hidden, a small range shows whether several may be asked for', () => {
  const large: Partial<ResponseData> = {
    ...hidden,
    head: {
      ...(hidden.head as ResponseData['head']),
      headers: [
        ['etag', '"a"'],
        ['accept-ranges', 'bytes'],
        ['content-length', '1000000'],
      ],
    },
  };
  const proof = { kind: 'rest', position: 0, end: 65_535, overlap: 0, validator: '"a"', conditional: true };
  expect(planAttempt(record([], large), firstCourse, options)).toEqual(proof);
  expect(planAttempt(record([], large), continueWith(firstCourse, 'single'), options)).toEqual({
    kind: 'identity',
  });
  expect(planAttempt(record([], large), firstCourse, { ...options, connections: 1 })).toEqual({
    kind: 'identity',
  });
});
