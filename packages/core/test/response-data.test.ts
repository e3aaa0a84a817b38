import { expect, test } from 'vitest';
import { asWhole } from '../src/algorithms/response-data.ts';

test('the whole that a first range stands for has no fields of the range alone', () => {
  const head = {
    status: 206,
    statusText: 'Partial Content',
    url: 'https://app.test/',
    redirected: false,
    type: 'basic' as const,
    headers: [
      ['content-type', 'audio/mpeg'],
      ['Content-Length', '10'],
      ['content-range', 'bytes 0-9/20'],
      ['content-digest', 'sha-256=:AA==:'],
      ['repr-digest', 'sha-256=:AA==:'],
    ] as const,
  };
  expect(asWhole(head)).toMatchObject({
    status: 200,
    statusText: 'OK',
    headers: [
      ['content-type', 'audio/mpeg'],
      ['repr-digest', 'sha-256=:AA==:'],
    ],
  });
});
