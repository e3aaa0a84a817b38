import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { control, useFaultServer } from './given.ts';

const server = useFaultServer();
const at = (target: string, init: RequestInit = {}) => fetch(server().origin + target, init);

test('each attempt has its own faults, and the last repeats', async () => {
  const statuses = [];
  for (let i = 0; i < 4; i++) {
    statuses.push((await at('/r/try?size=1&attempts=status:503+retryafter:7|status:404|ok')).status);
  }
  expect(statuses).toEqual([503, 404, 200, 200]);
  expect(server().log.of('try')[0]?.responseHeaders).toMatchObject({ 'retry-after': '7' });
});

test.each([204, 205, 304, 404, 503])('status %i is answered', async (status) => {
  expect((await at(`/r/status?size=1&status=${status}`)).status).toBe(status);
});

test('the control overrides the parameters of the URL', async () => {
  await control(server(), 'over', { params: { status: 500 } });
  expect((await at('/r/over?size=1')).status).toBe(500);
  await control(server(), 'over', { params: {} });
  expect((await at('/r/over?size=1')).status).toBe(200);
});

test('what is misspelt is refused with a reason', async () => {
  const response = await at('/r/typo?size=1&ct=5');
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('"ct"')]);
});

test.each([
  'partstatus=206',
  'rangestatus=200',
  'ranges=coded2',
  'ifrange=always',
  'unsatisfied=never',
  'connections=-1',
  'ratelimit=0',
  'over=200',
  'over=stall',
  'linger=long',
  'resetat=0',
  'finat=0',
  'expose=a,,b',
  'rangecors=simple',
  'errorcors=simple',
  'content=zeros',
  'tokenuses=0',
  'redirect=edge',
])('a value that a parameter does not take is refused: %s', async (fault) => {
  expect((await at(`/r/wrong-value?size=1&${fault}`)).status).toBe(400);
});

test('the hops of a redirect are one attempt', async () => {
  const response = await at('/r/hops?size=1&redirect=3');
  expect(response.status).toBe(200);
  expect(
    server()
      .log.of('hops')
      .map((entry) => [entry.status, entry.attempt]),
  ).toEqual([
    [302, 1],
    [302, 1],
    [302, 1],
    [200, 1],
  ]);
});

test('redirects loop, and cross to the other origin', async () => {
  await expect(at('/r/loop?size=1&redirect=loop')).rejects.toThrow();
  const crossed = await at('/r/cross?size=1&redirect=cross');
  expect([crossed.status, new URL(crossed.url).origin]).toEqual([200, server().crossOrigin]);
});

test('a signed URL works once', async () => {
  const first = await at('/r/signed?size=1&redirect=signed');
  expect([first.status, (await fetch(first.url)).status]).toEqual([200, 403]);
});

test('redirects lead in turns to two other origins', async () => {
  const origins = [];
  for (let i = 0; i < 3; i++) {
    origins.push(new URL((await at('/r/edges?size=1&redirect=edges')).url).origin);
  }
  expect(origins).toEqual([server().crossOrigin, server().edgeOrigin, server().crossOrigin]);
  const fromCross = [];
  for (let i = 0; i < 2; i++) {
    const response = await fetch(`${server().crossOrigin}/r/cross-edges?size=1&redirect=edges`);
    fromCross.push(new URL(response.url).origin);
  }
  expect(fromCross).toEqual([server().origin, server().edgeOrigin]);
});

test('the signed URL of an edge works for as many requests as it says', async () => {
  const first = await at('/r/edge-uses?size=1&redirect=edges&tokenuses=2');
  const statuses = [];
  for (let i = 0; i < 2; i++) statuses.push((await fetch(first.url)).status);
  expect([first.status, ...statuses]).toEqual([200, 200, 403]);
});

test('the signed URL of an edge works for as long as it says', async () => {
  const lasting = await at('/r/edge-time?size=1&redirect=edges&tokenms=600000');
  expect([lasting.status, (await fetch(lasting.url)).status]).toEqual([200, 200]);
  expect((await at('/r/edge-time?size=1&redirect=edges&tokenms=0')).status).toBe(403);
});

test('CORS opens a resource as far as asked, and preflights follow it', async () => {
  const exposed = await at('/r/cors?size=1&cors=exposed');
  expect(exposed.headers.get('Access-Control-Allow-Origin')).toBe('*');
  expect(exposed.headers.get('Access-Control-Expose-Headers')).toContain('ETag');
  const preflight = async (faults: string) =>
    (await at(`/r/cors?size=1${faults}`, { method: 'OPTIONS' })).status;
  expect(await preflight('&cors=simple')).toBe(204);
  expect(await preflight('')).toBe(403);
  expect(await preflight('&cors=simple&preflight=refuse')).toBe(403);
});

test('uploads are kept, also slow and cut ones', async () => {
  const body = 'a'.repeat(2000);
  const headers = { 'Content-Type': 'text/plain' };
  const ok = await at('/upload/up?status=201&uploadrate=1000000', { method: 'PUT', body, headers });
  expect(ok.status).toBe(201);
  await expect(at('/upload/up?uploadcut=100', { method: 'POST', body, headers })).rejects.toThrow();
  const uploads = await (await at('/control/up/uploads')).json();
  const sha256 = createHash('sha256').update(body).digest('hex');
  expect(uploads).toMatchObject([
    { method: 'PUT', size: 2000, sha256, text: body, complete: true },
    { method: 'POST', size: 100, complete: false },
  ]);
});

test('an echo tells what was asked', async () => {
  const echo = await (await at('/echo/e?x=1', { method: 'POST', body: 'hello' })).json();
  expect(echo).toMatchObject({ method: 'POST', bodyBase64: Buffer.from('hello').toString('base64') });
});

test('the log of a key is served to tests of any origin', async () => {
  await at('/r/logged?size=3');
  const response = await at('/control/logged/log', { headers: { Origin: 'http://elsewhere.test' } });
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe('http://elsewhere.test');
  expect(await response.json()).toMatchObject([{ key: 'logged', attempt: 1, bytesSent: 3 }]);
});

test('directories are served for service workers, and nothing outside them', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fault-server-'));
  await writeFile(join(directory, 'worker.js'), 'self;');
  server().serveDirectory('/static/', directory);
  const script = await at('/static/worker.js');
  expect(script.headers.get('Content-Type')).toContain('text/javascript');
  expect(script.headers.get('Service-Worker-Allowed')).toBe('/');
  expect((await at('/static/..%2f..%2fetc%2fpasswd')).status).toBe(404);
  await rm(directory, { recursive: true });
});

test.each(['ok', 'reset'])('the secure origin answers, and misbehaves too: %s', async (fault) => {
  const faults = fault === 'reset' ? '&reset=10' : '';
  const ended = await new Promise<string>((resolve) => {
    const fail = (error: Error) => resolve('code' in error ? String(error.code) : error.message);
    const options = { rejectUnauthorized: false, agent: false };
    const asking = request(`${server().secureOrigin}/r/tls?size=1000${faults}`, options, (response) => {
      response.on('error', fail);
      response.on('end', () => resolve('ok'));
      response.resume();
    });
    asking.on('error', fail);
    asking.end();
  });
  expect(ended).toBe(fault === 'reset' ? 'ECONNRESET' : 'ok');
});

test('a path that is no valid percent-encoding is answered like any other', async () => {
  expect((await at('/r/%zz?size=3')).status).toBe(200);
});
