import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { BackgroundFetchEngine } from '../../src/index.ts';
import { nextBody, progressed, useEngines } from './given.ts';

const engines = useEngines();
const servers: (() => void)[] = [];
afterEach(() => {
  for (const close of servers.splice(0)) close();
});

/** A server whose every answer is `answer`'s, by the number of the request. */
async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<{ readonly url: string; readonly requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response, requests.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`, requests };
}

function digest(body: Buffer, algorithm: 'sha-256' | 'sha-512' = 'sha-256'): string {
  const value = createHash(algorithm.replace('-', '')).update(body).digest('base64');
  return `${algorithm}=:${value}:`;
}

function contentOf(version: number): Buffer {
  return Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 7 + version * 13) % 251));
}

const [right, wrong] = [contentOf(1), contentOf(2)];

async function endOf(engine: BackgroundFetchEngine, url: string): Promise<string> {
  const ended = new Promise<string>((resolve) => {
    engine.addEventListener('backgroundfetchsuccess', () => resolve('success'));
    engine.addEventListener('backgroundfetchfail', ({ registration }) => resolve(registration.failureReason));
  });
  await engine.backgroundFetch.fetch('digest', url);
  return await ended;
}

async function open(): Promise<BackgroundFetchEngine> {
  return await engines.open({ directory: await engines.directory() });
}

describe('Repr-Digest and Content-Digest', () => {
  it.each(['Repr-Digest', 'Content-Digest'])(
    'let a body pass that is what %s says, in one request',
    async (field) => {
      const { url, requests } = await serve((_, response) =>
        response.writeHead(200, { [field]: digest(right, 'sha-512') }).end(right),
      );
      expect(await endOf(await open(), url)).toBe('success');
      expect(requests).toHaveLength(1);
    },
  );

  it.each([
    ['Repr-Digest', digest(right)],
    ['Content-Digest', digest(right)],
    ['Repr-Digest', `md5=:1B2M2Y8AsgTpgAmY7PhCfg==:, ${digest(right, 'sha-512')}`],
  ])('fail a body that %s: %s does not fit, after one more try', async (field, value) => {
    const { url, requests } = await serve((_, response) =>
      response.writeHead(200, { [field]: value }).end(wrong),
    );
    expect(await endOf(await open(), url)).toBe('fetch-error');
    expect(requests).toHaveLength(2);
  });

  it('have a body fetched again that was damaged on its way', async () => {
    const { url, requests } = await serve((_, response, count) =>
      response.writeHead(200, { 'Repr-Digest': digest(right) }).end(count === 1 ? wrong : right),
    );
    const engine = await open();
    const body = nextBody(engine);
    expect(await endOf(engine, url)).toBe('success');
    expect(Buffer.compare((await body).bytes, right)).toBe(0);
    expect(requests).toHaveLength(2);
  });

  it('keep a body from its readers until it is checked', async () => {
    const half = right.length / 2;
    let goOn = (): void => {};
    const { url } = await serve((_, response, count) => {
      response.writeHead(200, { 'Repr-Digest': digest(right), 'Content-Length': wrong.length });
      response.write(wrong.subarray(0, half));
      const finish = (): void => void response.end(wrong.subarray(half));
      if (count === 1) goOn = finish;
      else finish();
    });
    const engine = await open();
    const registration = await engine.backgroundFetch.fetch('digest', url);
    await progressed(registration, () => registration.downloaded === half);
    const [record] = await registration.matchAll();
    const given = record?.responseReady.then(
      () => 'given',
      ({ name }: Error) => name,
    );
    // as often as it takes to read what is stored of it
    for (let looks = 0; looks < 3; looks++) await registration.matchAll();
    goOn();
    expect(await given).toBe('TypeError');
  });

  it('tell two bodies under one strong ETag apart', async () => {
    const half = right.length / 2;
    let goOn = (): void => {};
    const { url, requests } = await serve((request, response, count) => {
      const headers = { ETag: '"same"', 'Repr-Digest': digest(right) };
      if (count === 1) {
        response.writeHead(200, { ...headers, 'Content-Length': right.length });
        response.write(right.subarray(0, half));
        goOn = () => response.destroy();
      } else if (request.headers.range?.startsWith(`bytes=${half}`)) {
        const range = `bytes ${half}-${wrong.length - 1}/${wrong.length}`;
        response.writeHead(206, { ...headers, 'Content-Range': range }).end(wrong.subarray(half));
      } else response.writeHead(200, headers).end(right);
    });
    const engine = await open();
    const body = nextBody(engine);
    const registration = await engine.backgroundFetch.fetch('digest', url);
    await progressed(registration, () => registration.downloaded === half);
    goOn();
    expect(Buffer.compare((await body).bytes, right)).toBe(0);
    expect(requests.length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['a field that is no dictionary', { 'Repr-Digest': 'sha-256=:@:, (' }],
    ['algorithms that it does not know', { 'Repr-Digest': 'crc32c=:AAAAAA==:, unixsum=30637' }],
    ['a digest that is no byte sequence', { 'Repr-Digest': 'sha-256=1' }],
    ['a representation that is encoded', { 'Content-Encoding': 'x-own', 'Repr-Digest': digest(wrong) }],
  ])('promise nothing with %s', async (_, headers) => {
    const { url } = await serve((_, response) =>
      response.writeHead(200, headers as Record<string, string>).end(right),
    );
    expect(await endOf(await open(), url)).toBe('success');
  });

  it("are not held against the part that the app's own Range asked for", async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(206, {
        'Content-Range': `bytes 0-9/${right.length}`,
        'Repr-Digest': digest(right),
      });
      response.end(right.subarray(0, 10));
    });
    const engine = await open();
    const body = nextBody(engine);
    await engine.backgroundFetch.fetch('part', new Request(url, { headers: { Range: 'bytes=0-9' } }));
    expect((await body).bytes).toHaveLength(10);
  });
});
