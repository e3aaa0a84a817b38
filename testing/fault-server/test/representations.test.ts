import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { expectedSha256 } from '../src/index.ts';
import { askRaw, bytesOf, control, expectedBytes, useFaultServer } from './given.ts';

const server = useFaultServer();
const at = (target: string, headers: Record<string, string> = {}) =>
  fetch(server().origin + target, { headers });

test('bytes are the same from any offset and differ between keys and versions', () => {
  const whole = expectedBytes('k', 1, 0, 200_000);
  for (const start of [0, 1, 2, 3, 65_535, 131_073]) {
    expect(expectedBytes('k', 1, start, start + 1001)).toEqual(whole.subarray(start, start + 1001));
  }
  expect(expectedBytes('k', 2, 0, 64)).not.toEqual(whole.subarray(0, 64));
  expect(expectedBytes('l', 1, 0, 64)).not.toEqual(whole.subarray(0, 64));
});

test('a whole resource has the expected digest and its metadata', async () => {
  const response = await at('/r/whole?size=1000003');
  const digest = createHash('sha256').update(await bytesOf(response));
  expect(digest.digest('hex')).toBe(await expectedSha256({ key: 'whole', version: 1, size: 1000003 }));
  expect(response.headers.get('ETag')).toBe('"whole-1"');
  expect(response.headers.get('Accept-Ranges')).toBe('bytes');
  expect(response.headers.get('Last-Modified')).not.toBeNull();
});

test('a HEAD has the length and no body', async () => {
  const response = await fetch(`${server().origin}/r/head?size=77`, { method: 'HEAD' });
  expect(response.headers.get('Content-Length')).toBe('77');
  expect((await bytesOf(response)).length).toBe(0);
});

test.each([
  ['bytes=10-', 10, 100],
  ['bytes=10-19', 10, 20],
  ['bytes=-5', 95, 100],
])('%s is answered with a 206', async (range, start, end) => {
  const response = await at('/r/range?size=100', { range });
  expect(response.status).toBe(206);
  expect(response.headers.get('Content-Range')).toBe(`bytes ${start}-${end - 1}/100`);
  expect(await bytesOf(response)).toEqual(expectedBytes('range', 1, start, end));
});

test('a range beyond the end is answered with a 416, right or wrong', async () => {
  const range = 'bytes=100-';
  const right = await at('/r/r416?size=100', { range });
  expect([right.status, right.headers.get('Content-Range')]).toEqual([416, 'bytes */100']);
  const wrong = await at('/r/r416?size=100&unsatisfied=wrong', { range });
  expect(wrong.headers.get('Content-Range')).toBe('bytes */101');
});

test.each([
  ['contentrange=wrong-start', 'bytes 11-100/101'],
  ['contentrange=wrong-total', 'bytes 10-99/101'],
  ['contentrange=missing', null],
  ['contentrange=malformed', 'bytes 10..99 of 100'],
  ['contentrange=star', 'bytes 10-99/*'],
  ['partial=7', 'bytes 10-16/100'],
])('%s shows in the Content-Range', async (fault, expected) => {
  const response = await at(`/r/cr?size=100&${fault}`, { range: 'bytes=10-' });
  expect([response.status, response.headers.get('Content-Range')]).toEqual([206, expected]);
});

test('ignored ranges and unasked ones', async () => {
  const ignored = await at('/r/ign?size=100&ranges=ignore', { range: 'bytes=10-' });
  expect([ignored.status, ignored.headers.get('Accept-Ranges')]).toEqual([200, null]);
  const unasked = await at('/r/ign?size=100&unasked206=1');
  expect([unasked.status, unasked.headers.get('Content-Range')]).toEqual([206, 'bytes 0-99/100']);
});

test('If-Range holds for the strong validators of this version only', async () => {
  const first = await at('/r/if?size=100');
  const date = first.headers.get('Last-Modified') ?? '';
  const status = async (validator: string, faults = '') =>
    (await at(`/r/if?size=100${faults}`, { range: 'bytes=10-', 'if-range': validator })).status;
  expect(await status('"if-1"')).toBe(206);
  expect(await status(date)).toBe(206);
  expect(await status('W/"if-1"', '&etag=weak')).toBe(200);
  expect(await status('"if-1"', '&version=2')).toBe(200);
  expect(await status(date, '&version=2')).toBe(200);
  expect(await status('"if-1"', '&version=2&ifrange=ignore')).toBe(206);
});

test('validators may be weak, missing, the same for all versions or different for each origin', async () => {
  expect((await at('/r/v?size=1&etag=weak')).headers.get('ETag')).toBe('W/"v-1"');
  expect((await at('/r/v?size=1&etag=same&version=9')).headers.get('ETag')).toBe('"v"');
  const own = '/r/v?size=1&etag=origin';
  const elsewhere = await fetch(server().crossOrigin + own);
  expect((await at(own)).headers.get('ETag')).not.toBe(elsewhere.headers.get('ETag'));
  const bare = await at('/r/v?size=1&etag=none&lastmod=none&date=none');
  const names = ['ETag', 'Last-Modified', 'Date'];
  expect(names.map((name) => bare.headers.get(name))).toEqual([null, null, null]);
});

test.each(['gzip', 'br'])('%s is decoded to the same bytes, and ranges stay identity', async (encoding) => {
  const target = `/r/zip?size=100000&encoding=${encoding}`;
  const whole = await at(target);
  expect(whole.headers.get('Content-Encoding')).toBe(encoding);
  expect(await bytesOf(whole)).toEqual(expectedBytes('zip', 1, 0, 100000));
  const part = await at(target, { range: 'bytes=5-9' });
  expect([part.status, part.headers.get('Content-Encoding')]).toEqual([206, null]);
});

test('compressed bytes are cut where asked, and an unknown encoding names itself', async () => {
  await askRaw(server().origin, '/r/zcut?size=100000&encoding=gzip&cut=500');
  expect(server().log.of('zcut')).toMatchObject([{ bytesSent: 500, finished: 'cut' }]);
  const unknown = await askRaw(server().origin, '/r/zx?size=10&encoding=x-unknown', ['Connection: close']);
  expect(unknown.head).toContain('Content-Encoding: x-unknown');
});

test('versions swap by control and by attempt', async () => {
  await control(server(), 'swap', { version: 5 });
  expect(await bytesOf(await at('/r/swap?size=50'))).toEqual(expectedBytes('swap', 5, 0, 50));
  const tags = [];
  for (let i = 0; i < 3; i++) tags.push((await at('/r/swap2?size=1&swap=2')).headers.get('ETag'));
  expect(tags).toEqual(['"swap2-1"', '"swap2-2"', '"swap2-2"']);
});
