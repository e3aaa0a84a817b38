import { expect, test } from 'vitest';
import { noRetries, type ResponseData, type StoredRecord } from '../src/model/record.ts';
import { nextBody, settled, withBytes, withResponse } from '../src/model/transitions.ts';
import { withoutBytes } from '../src/transfer/lost-bytes.ts';
import { bodyWorthKeeping, revived } from '../src/transfer/revive.ts';

const url = 'https://a.test/x';

/** Of 100 bytes, of which half is stored. */
function data(differing: Partial<ResponseData> = {}, status = 200): ResponseData {
  const headers = [['etag', '"a"']] as const;
  const head = { status, statusText: '', headers, url, type: 'basic', redirected: false } as const;
  return {
    body: 0,
    head,
    receivedAt: 0,
    coding: 'identity',
    length: 100,
    lengthProven: true,
    responses: 1,
    stored: [{ start: 0, end: 50 }],
    ...differing,
  };
}

function record(responseData: ResponseData | null, differing: object = {}): StoredRecord {
  const request = {
    url,
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
  };
  return {
    schema: 1,
    fetch: 'key',
    index: 0,
    request,
    uploaded: 0,
    responseData,
    retries: { unanswered: 0, fruitless: 8, furthest: 50, answered: true },
    state: 'settled',
    result: 'fetch-error',
    ...differing,
  } as StoredRecord;
}

test('a record that failed waits with what it has, unconfirmed, and its retries begin anew', () => {
  const revival = revived(record(data()));
  expect(revival.record).toMatchObject({
    state: 'waiting',
    responseData: data(),
    unconfirmed: true,
    retries: noRetries,
    bodies: 1,
  });
  expect(revival.dropped).toEqual([]);
});

test('a record that was whole is not taken for the version of today', () => {
  const whole = data({ stored: [{ start: 0, end: 100 }] });
  const { record: waiting } = revived(record(whole, { result: 'success' }));
  expect(waiting).toMatchObject({ state: 'waiting', responseData: whole, unconfirmed: true });
});

test.for<[string, StoredRecord]>([
  ['nothing is stored', record(data({ stored: [] }))],
  ['there was no response', record(null)],
  ['the server refused it', record(data({}, 404), { result: 'bad-status' })],
  ['its offsets are not those of the server', record(data({ coding: 'encoded' }))],
  ['its content is at fault', record(data(), { content: 'void' })],
  ['nothing was missing, and it failed', record(data({ stored: [{ start: 0, end: 100 }] }))],
  ['nothing tells its version', record({ ...data(), head: { ...data().head, headers: [] } })],
])('of a record nothing is kept where %s', ([, failed]) => {
  expect(bodyWorthKeeping(failed)).toBeNull();
  const { record: waiting, dropped } = revived(failed);
  expect(waiting).toMatchObject({ state: 'waiting', responseData: null, unconfirmed: false });
  expect(dropped).toEqual(failed.responseData ? [0] : []);
});

test('a whole body that the server could not be asked about is kept', () => {
  const whole = data({ stored: [{ start: 0, end: 100 }] });
  expect(bodyWorthKeeping(record(whole, { unconfirmed: true }))).toBe(whole);
});

test('a body that was interrupted by a refusal is gone on from, and the refusal is dropped', () => {
  const refused = record(data({ body: 3 }, 403), { result: 'bad-status', interrupted: data({ body: 2 }) });
  const { record: waiting, dropped } = revived(refused);
  expect(waiting).toMatchObject({ responseData: { body: 2 } });
  expect(waiting.interrupted).toBeUndefined();
  expect(dropped).toEqual([3]);
  // whoever still reads the refusal must not get another body under its number
  expect(nextBody(waiting)).toBe(4);
  expect(() => withResponse(waiting, data({ body: 3 }))).toThrow();
  expect(nextBody(withResponse(waiting, data({ body: 4 })))).toBe(5);
});

test('a record is confirmed by the first bytes of an answer, another response, or its success', () => {
  const { record: waiting } = revived(record(data()));
  expect(withBytes(waiting, 0, { start: 50, end: 60 }).unconfirmed).toBeUndefined();
  expect(withResponse(waiting, data({ body: 1 })).unconfirmed).toBeUndefined();
  expect(settled(waiting, 'success').unconfirmed).toBeUndefined();
  expect(settled(waiting, 'fetch-error').unconfirmed).toBe(true);
});

test('bytes that were lost of a body that was interrupted are missing of it', () => {
  const refused = record(data({ body: 3 }, 403), { result: 'bad-status', interrupted: data({ body: 2 }) });
  const left = withoutBytes(refused, { fetch: 'key', index: 0, body: 2 }, { start: 20, end: 50 });
  expect(left).toEqual({ ...refused, interrupted: data({ body: 2, stored: [{ start: 0, end: 20 }] }) });
});
