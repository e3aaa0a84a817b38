import { expect, test } from 'vitest';
import { bytesOf, expectedBytes, useFaultServer } from './given.ts';

const server = useFaultServer();
const at = (target: string, headers: Record<string, string> = {}) =>
  fetch(server().origin + target, { headers });
const origins = ['Access-Control-Allow-Origin', 'Access-Control-Expose-Headers'];

test('a part may come with the status of a whole', async () => {
  const whole = await at('/r/tail?size=100&partstatus=200');
  const tail = await at('/r/tail?size=100&partstatus=200', { range: 'bytes=60-' });
  expect(tail.status).toBe(200);
  expect(tail.headers.get('Content-Range')).toBe('bytes 60-99/100');
  expect(tail.headers.get('Content-Length')).toBe('40');
  expect(tail.headers.get('ETag')).toBe(whole.headers.get('ETag'));
  expect(await bytesOf(tail)).toEqual(expectedBytes('tail', 1, 60, 100));
  expect(whole.headers.get('Content-Range')).toBeNull();
  expect(await bytesOf(whole)).toEqual(expectedBytes('tail', 1, 0, 100));
});

test('a part with the status of a whole may say nothing of its place', async () => {
  const tail = await at('/r/bare?size=100&partstatus=200&contentrange=missing', { range: 'bytes=60-' });
  expect([tail.status, tail.headers.get('Content-Range')]).toEqual([200, null]);
  expect(await bytesOf(tail)).toEqual(expectedBytes('bare', 1, 60, 100));
});

test.each([400, 403, 405, 412, 416, 500, 501])('ranges alone are answered with %i', async (status) => {
  const target = `/r/refused-${status}?size=10&rangestatus=${status}`;
  const refused = await at(target, { range: 'bytes=0-' });
  expect([refused.status, await refused.text()]).toEqual([status, expect.stringContaining(`${status}`)]);
  expect((await at(target)).status).toBe(200);
});

test('ranges may be refused in one attempt alone', async () => {
  const target = '/r/refused-once?size=10&attempts=rangestatus:503+retryafter:7|ok';
  const statuses = [];
  for (let i = 0; i < 2; i++) statuses.push((await at(target, { range: 'bytes=1-' })).status);
  expect(statuses).toEqual([503, 206]);
  expect(server().log.of('refused-once')[0]?.responseHeaders).toMatchObject({ 'retry-after': '7' });
});

test('answers to ranges may be closed to other origins', async () => {
  const target = '/r/range-cors?size=10&cors=exposed&rangecors=none';
  const part = await at(target, { range: 'bytes=1-' });
  expect([part.status, ...origins.map((name) => part.headers.get(name))]).toEqual([206, null, null]);
  expect((await at(target)).headers.get('Access-Control-Allow-Origin')).toBe('*');
});

test.each([
  ['rangestatus=404', 404],
  ['unsatisfied=always', 416],
])('errors alone may be closed to other origins: %s', async (fault, status) => {
  const target = `/r/error-cors-${status}?size=10&cors=exposed&errorcors=none&${fault}`;
  const refused = await at(target, { range: 'bytes=1-' });
  expect([refused.status, ...origins.map((name) => refused.headers.get(name))]).toEqual([status, null, null]);
  expect((await at(target)).headers.get('Access-Control-Allow-Origin')).toBe('*');
});

test('the headers that other origins may read are the ones asked for', async () => {
  const response = await at('/r/expose?size=10&cors=simple&expose=ETag,Content-Range');
  expect(response.headers.get('Access-Control-Expose-Headers')).toBe('ETag,Content-Range');
});

test('a range that begins at the end may get an empty part', async () => {
  const target = '/r/empty?size=100&unsatisfied=empty';
  const empty = await at(target, { range: 'bytes=100-' });
  expect([empty.status, empty.headers.get('Content-Range')]).toEqual([206, 'bytes 100-99/100']);
  expect(await bytesOf(empty)).toHaveLength(0);
  const other = await at(target, { range: 'bytes=99-' });
  expect(await bytesOf(other)).toEqual(expectedBytes('empty', 1, 99, 100));
});

test('every range may get an empty part', async () => {
  const empty = await at('/r/empties?size=100&unsatisfied=always-empty', { range: 'bytes=0-' });
  expect([empty.status, empty.headers.get('Content-Range')]).toEqual([206, 'bytes 100-99/100']);
  expect(await bytesOf(empty)).toHaveLength(0);
});

test('a matching If-Range may be answered with the whole', async () => {
  const target = '/r/if-whole?size=100&ifrange=whole';
  const range = 'bytes=10-';
  const conditional = await at(target, { range, 'if-range': '"if-whole-1"' });
  expect([conditional.status, await bytesOf(conditional)]).toEqual([
    200,
    expectedBytes('if-whole', 1, 0, 100),
  ]);
  expect((await at(target, { range })).status).toBe(206);
});
