import { expect, test } from 'vitest';
import type { ByteRange } from '../src/model/byte-ranges.ts';
import { noRetries, type StoredRecord } from '../src/model/record.ts';
import { continueWith, firstCourse } from '../src/transfer/course.ts';
import { defaultEngineOptions } from '../src/transfer/options.ts';
import { planAttempt } from '../src/transfer/plan-attempt.ts';

const options = { ...defaultEngineOptions, pieceSize: 10, connections: 2 };

/** A record of a strongly identified body of 100 bytes. */
function record(stored: readonly ByteRange[]): StoredRecord {
  const request = {
    ...{ url: 'https://a.test/x', method: 'GET', headers: [], hasBody: false, integrity: '' },
    ...{ mode: 'cors', credentials: 'same-origin', cache: 'default', redirect: 'follow' },
    ...{ referrer: '', referrerPolicy: '' },
  } as StoredRecord['request'];
  const head = {
    ...{ status: 200, statusText: 'OK', url: request.url, type: 'basic' as const, redirected: false },
    headers: [
      ['etag', '"a"'],
      ['accept-ranges', 'bytes'],
    ],
  } as const;
  const coding = 'identity' as const;
  return {
    ...{ schema: 1, fetch: 'key', index: 0, request, uploaded: 0, retries: noRetries, state: 'transferring' },
    responseData: {
      ...{ body: 0, head, receivedAt: 0, coding, length: 100, lengthProven: true },
      ...{ stored, responses: 1 },
    },
  };
}

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
    ...{ kind: 'rest', position: 90, end: null, overlap: 0, ifRange: '"a"', conditional: true },
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
    ...{ kind: 'rest', position: 80, end: 85, overlap: 0, ifRange: '"a"', conditional: true },
  });
});
