import { expect, test } from 'vitest';
import { noRetries, type StoredRecord } from '../src/model/record.ts';
import { withoutBytes } from '../src/transfer/lost-bytes.ts';

const body = { fetch: 'key', index: 0, body: 0 };

function settledRecord(method: string): StoredRecord {
  const request = {
    url: 'https://a.test/x',
    method,
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
  const head = { status: 200, statusText: 'OK', url: request.url, type: 'basic', redirected: false } as const;
  return {
    schema: 1,
    fetch: 'key',
    index: 0,
    request,
    uploaded: 0,
    retries: noRetries,
    state: 'settled',
    result: 'success',
    responseData: {
      body: 0,
      head: { ...head, headers: [] },
      receivedAt: 0,
      coding: 'identity',
      length: 100,
      lengthProven: true,
      stored: [{ start: 0, end: 100 }],
      responses: 1,
    },
  };
}

test('a settled download that lost bytes has to be completed again, from what is left', () => {
  const left = withoutBytes(settledRecord('GET'), body, { start: 40, end: 60 });
  expect(left).toMatchObject({
    state: 'waiting',
    responseData: {
      stored: [
        { start: 0, end: 40 },
        { start: 60, end: 100 },
      ],
    },
  });
});

test('what was uploaded is not sent again because its response was lost', () => {
  expect(withoutBytes(settledRecord('POST'), body, { start: 0, end: 100 })).toBeNull();
});

test('bytes of a body that was replaced are no loss', () => {
  expect(withoutBytes(settledRecord('GET'), { ...body, body: 1 }, { start: 0, end: 100 })).toBeNull();
});
