import { expect, test } from 'vitest';
import { validateAPartialResponse } from '../src/algorithms/validate-a-partial-response.ts';
import type { HeaderList } from '../src/model/header-list.ts';
import type { ResponseData } from '../src/model/record.ts';
import { chooseValidator } from '../src/transfer/choose-validator.ts';

const lastModified = 'Thu, 01 Jan 2026 00:00:00 GMT';
const receivedAt = Date.parse('2026-01-01T00:10:00Z');

function stored(headers: HeaderList, change: Partial<ResponseData> = {}): ResponseData {
  const head = {
    status: 200,
    statusText: 'OK',
    headers,
    url: 'https://a.test/x?1',
    type: 'basic',
    redirected: false,
  } as const;
  return {
    body: 0,
    head,
    receivedAt,
    coding: 'identity',
    length: 100,
    lengthProven: true,
    responses: 1,
    stored: [{ start: 0, end: 40 }],
    ...change,
  };
}

function partial(headers: HeaderList, url = 'https://a.test/x?2') {
  return { ...stored([]).head, status: 206, headers, url };
}

test('a strong ETag identifies a version, a weak one does not', () => {
  expect(chooseValidator(stored([['ETag', '"a"']]))).toEqual({ value: '"a"', overlap: 0 });
  expect(chooseValidator(stored([['ETag', 'W/"a"']]))).toBeNull();
});

test('a weak ETag identifies what never changes, if its length is known', () => {
  const cached = (cacheControl: string): HeaderList => [
    ['etag', 'W/"a"'],
    ['cache-control', cacheControl],
  ];
  const immutable = cached('public, max-age=31536000, immutable');
  expect(chooseValidator(stored(immutable))).toEqual({ value: 'W/"a"', overlap: 65536 });
  expect(chooseValidator(stored(immutable, { length: null }))).toBeNull();
  expect(chooseValidator(stored(cached('max-age=31536000')))).toBeNull();
  expect(chooseValidator(stored(cached('x="immutable-not"')))).toBeNull();
});

test('a date identifies a version if the response was made a second later, with an overlap to compare', () => {
  const date = (value: string): HeaderList => [
    ['last-modified', lastModified],
    ['date', value],
  ];
  expect(chooseValidator(stored(date('Thu, 01 Jan 2026 00:00:01 GMT')))).toEqual({
    value: lastModified,
    overlap: 65536,
  });
  expect(chooseValidator(stored(date(lastModified)))).toBeNull();
  expect(chooseValidator(stored(date('yesterday')))).toBeNull();
});

test('where Date is hidden, our clock must be 60 s later', () => {
  const headers: HeaderList = [['last-modified', lastModified]];
  expect(chooseValidator(stored(headers))).not.toBeNull();
  expect(chooseValidator(stored(headers, { receivedAt: Date.parse(lastModified) + 59_000 }))).toBeNull();
});

test('where a coding may be hidden, Content-Length is the length that a date needs', () => {
  const headers: HeaderList = [['last-modified', lastModified]];
  const hidden: Partial<ResponseData> = { coding: 'unknown', length: null };
  expect(chooseValidator(stored([...headers, ['content-length', '100']], hidden))).not.toBeNull();
  expect(chooseValidator(stored(headers, hidden))).toBeNull();
});

test('a date without a total length identifies nothing', () => {
  const headers: HeaderList = [
    ['last-modified', lastModified],
    ['date', 'Thu, 01 Jan 2026 00:10:00 GMT'],
  ];
  expect(chooseValidator(stored(headers, { length: null }))).toBeNull();
});

const tag: HeaderList = [['etag', '"a"']];
const sent = { sentIfRange: true, isDecided: false };
const range: HeaderList = [['content-range', 'bytes 40-99/100']];

test.each<[string, HeaderList, string | undefined, boolean]>([
  ['the part that was asked for, of the same version', [...tag, ...range], undefined, true],
  ['another ETag, whatever the server was asked', [['etag', '"b"'], ...range], undefined, false],
  ['no ETag', range, undefined, false],
  ['another first byte', [...tag, ['content-range', 'bytes 41-99/100']], undefined, false],
  ['another complete length', [...tag, ['content-range', 'bytes 40-99/101']], undefined, false],
  ['a complete length that is not told', [...tag, ['content-range', 'bytes 40-99/*']], undefined, true],
  [
    'a Content-Length that is not that of the range',
    [...tag, ...range, ['content-length', '61']],
    undefined,
    false,
  ],
  [
    'several parts',
    [...tag, ...range, ['content-type', 'multipart/byteranges; boundary=x']],
    undefined,
    false,
  ],
  [
    'another path after a redirect, with the same ETag and length',
    [...tag, ...range],
    'https://a.test/y',
    true,
  ],
  ['another origin after a redirect, with the same', [...tag, ...range], 'https://b.test/x', true],
  [
    'another origin, with a complete length that is not told',
    [...tag, ['content-range', 'bytes 40-99/*']],
    'https://b.test/x',
    false,
  ],
  ['a hidden Content-Range whose length fits', [...tag, ['content-length', '60']], undefined, true],
  ['a hidden Content-Range whose length does not fit', [...tag, ['content-length', '59']], undefined, false],
])('%s', (_, headers, url, valid) => {
  expect(validateAPartialResponse(40, partial(headers, url), stored(tag), sent) !== null).toBe(valid);
});

test('another place is that of the same body only by a strong ETag, or if a digest decides', () => {
  const dated: HeaderList = [['last-modified', lastModified]];
  const elsewhere = partial([...range, ...dated], 'https://b.test/x');
  expect(validateAPartialResponse(40, elsewhere, stored(dated), sent)).toBeNull();
  expect(validateAPartialResponse(40, elsewhere, stored(dated), { ...sent, isDecided: true })).not.toBeNull();
  const other = partial([...range, ['etag', '"b"']], 'https://b.test/x');
  expect(validateAPartialResponse(40, other, stored(tag), { ...sent, isDecided: true })).toBeNull();
});

test('a 206 may leave out Last-Modified only if the server compared versions, and must not change it', () => {
  const previous = stored([['last-modified', lastModified]]);
  expect(validateAPartialResponse(40, partial(range), previous, sent)).not.toBeNull();
  expect(validateAPartialResponse(40, partial(range), previous)).toBeNull();
  const changed: HeaderList = [...range, ['last-modified', 'Fri, 02 Jan 2026 00:00:00 GMT']];
  expect(validateAPartialResponse(40, partial(changed), previous, sent)).toBeNull();
});
