import { expect, it } from 'vitest';
import type { HeaderList } from '../src/model/header-list.ts';
import type { ResponseData } from '../src/model/record.ts';
import { announcedLength } from '../src/transfer/announced-length.ts';
import { presumedLength } from '../src/transfer/body-completeness.ts';

it.each([
  ['2', 2],
  ['2, 2', 2],
  ['2,2,2', 2],
  ['2, 3', null],
  ['2, 22', null],
  ['22, 2', null],
  ['2,', null],
  ['two', null],
] as const)('a Content-Length of %j announces %j', (value, length) => {
  expect(announcedLength([['content-length', value]])).toBe(length);
});

it('a Content-Length beside a transfer coding announces nothing, of a body whose coding is hidden, too', () => {
  const headers: HeaderList = [
    ['content-length', '2'],
    ['transfer-encoding', 'chunked'],
  ];
  expect(announcedLength(headers)).toBeNull();
  const head = { status: 200, statusText: '', url: 'http://a.example/', headers } as ResponseData['head'];
  const data = { coding: 'unknown', length: null, head } as ResponseData;
  expect(presumedLength(data)).toBeNull();
  expect(presumedLength({ ...data, head: { ...head, headers: headers.slice(0, 1) } })).toBe(2);
});
