import type { Socket } from 'node:net';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  bytesOf,
  headerIn,
  jsonOf,
  requestFor,
  until,
  useFaultServer,
  useNetworks,
} from './given.ts';
import { rawResponse, useRawServers } from './raw-server.ts';

const server = useFaultServer();
const serveRaw = useRawServers();
const network = useNetworks();

const redirected = (location: string, status = 302): string =>
  rawResponse([
    `HTTP/1.1 ${status} Elsewhere`,
    `Location: ${location}`,
    'Content-Length: 0',
    'Connection: close',
  ]);

describe('a request', () => {
  it('has the fields that fetch sends, asks for no coding, and says who sends it', async () => {
    const { headers } = await jsonOf(await network().fetch(requestFor(`${server().origin}/echo/plain`)));
    expect(headers).toMatchObject({
      accept: '*/*',
      'accept-language': '*',
      'accept-encoding': 'identity',
      'user-agent': expect.stringMatching(/^background-fetch\/\d+\.\d+\.\d+$/),
    });
    expect(headers).not.toHaveProperty('referer');
    expect(headers).not.toHaveProperty('cache-control');
  });

  it('has what the app set instead, then what the core adds, and no framing but its own', async () => {
    const asked = requestFor(
      `${server().origin}/echo/set`,
      {
        headers: [
          ['accept', 'video/*'],
          ['content-length', '7'],
          ['range', 'bytes=0-1'],
          ['transfer-encoding', 'chunked'],
          ['user-agent', 'mine'],
        ],
      },
      { headers: { Range: 'bytes=5-' }, fresh: true },
    );
    const { headers } = await jsonOf(await network().fetch(asked));
    expect(headers).toMatchObject({ accept: 'video/*', range: 'bytes=5-', 'user-agent': 'mine' });
    expect(headers).toMatchObject({ 'cache-control': 'no-cache', pragma: 'no-cache' });
    expect(headers).not.toHaveProperty('content-length');
    expect(headers).not.toHaveProperty('transfer-encoding');
  });

  it('names its referrer as its policy lets it', async () => {
    const referrer = 'http://localhost:8/page?q#part';
    const url = `${server().origin}/echo/referrer`;
    const asked = async (referrerPolicy: ReferrerPolicy) =>
      (await jsonOf(await network().fetch(requestFor(url, { referrer, referrerPolicy })))).headers;
    expect(await asked('')).toMatchObject({ referer: 'http://localhost:8/' });
    expect(await asked('unsafe-url')).toMatchObject({ referer: 'http://localhost:8/page?q' });
    expect(await asked('same-origin')).not.toHaveProperty('referer');
  });

  it('sends its body with its length', async () => {
    const bytes = Buffer.alloc(300_000, 'upload');
    const url = `${server().origin}/upload/body`;
    const response = await network().fetch(requestFor(url, { method: 'PUT' }, { body: bodyOf(bytes) }));
    expect(response.uploaded).toBe(300_000);
    expect(await jsonOf(response)).toMatchObject({ size: 300_000 });
    expect(server().log.of('body')[0]?.headers['content-length']).toBe('300000');
  });

  it('sends the body of a Blob', async () => {
    const blob = new Blob([Buffer.alloc(100_000, 'a'), Buffer.alloc(100_000, 'b')]);
    const body = { size: blob.size, value: blob };
    const url = `${server().origin}/upload/blob`;
    expect(await jsonOf(await network().fetch(requestFor(url, { method: 'POST' }, { body })))).toMatchObject({
      size: 200_000,
    });
  });

  it('does not risk an idle connection if it can not be repeated', async () => {
    const requests = new Map<Socket, number>();
    const url = await serveRaw((socket) => {
      const count = (requests.get(socket) ?? 0) + 1;
      requests.set(socket, count);
      // as a server does that has just decided to end a connection which was idle for too long
      if (count > 1) socket.destroy();
      else socket.write(rawResponse(['HTTP/1.1 200 OK', 'Content-Length: 2'], 'ok'));
    });
    const adapter = network();
    for (const method of ['GET', 'POST', 'POST']) {
      const response = await adapter.fetch(requestFor(url, { method }));
      expect(Buffer.from(await bytesOf(response)).toString()).toBe('ok');
      // undici takes a turn or two before a connection is idle
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(requests.size).toBe(3);
  });

  it('fails with a TypeError if its connection ends within its body, and is not sent again', async () => {
    const url = `${server().origin}/upload/half?uploadcut=100000`;
    const body = bodyOf(Buffer.alloc(5_000_000));
    await expect(network().fetch(requestFor(url, { method: 'POST' }, { body }))).rejects.toThrow(TypeError);
    expect(server().log.of('half')).toHaveLength(1);
  });

  it('fails with a TypeError if its body is shorter than it was said to be', async () => {
    const url = `${server().origin}/upload/short`;
    const body = { size: 2000, value: Buffer.alloc(1000) };
    await expect(network().fetch(requestFor(url, { method: 'POST' }, { body }))).rejects.toThrow(TypeError);
  });
});

describe('an aborted request', () => {
  it('rejects with the reason: before it is sent, while it waits, and while its body comes', async () => {
    const reason = new Error('no longer wanted');
    const adapter = network();
    const early = requestFor(`${server().origin}/r/early?size=1`, {}, { signal: AbortSignal.abort(reason) });
    await expect(adapter.fetch(early)).rejects.toBe(reason);

    const waiting = new AbortController();
    const held = adapter.fetch(
      requestFor(`${server().origin}/r/held?size=1&hold=1`, {}, { signal: waiting.signal }),
    );
    await server().log.waitFor((entry) => entry.key === 'held' && entry.waiting);
    waiting.abort(reason);
    await expect(held).rejects.toBe(reason);

    const reading = new AbortController();
    const url = `${server().origin}/r/stalled?size=1000&stall=100`;
    const stalled = await adapter.fetch(requestFor(url, {}, { signal: reading.signal }));
    const bytes = bytesOf(stalled);
    await server().log.waitFor((entry) => entry.key === 'stalled' && entry.waiting);
    reading.abort(reason);
    await expect(bytes).rejects.toBe(reason);
    await server().log.waitFor((entry) => entry.key === 'stalled' && entry.finished === 'aborted-by-client');
  });

  it('gives up its place among those that wait for a connection', async () => {
    const dispatcher = new Agent({ connections: 1 });
    const adapter = network({ dispatcher });
    const first = await adapter.fetch(requestFor(`${server().origin}/r/first?size=1000000&stall=100`));
    const reason = new Error('impatient');
    const controller = new AbortController();
    const second = adapter.fetch(
      requestFor(`${server().origin}/r/second?size=1`, {}, { signal: controller.signal }),
    );
    const third = adapter.fetch(requestFor(`${server().origin}/r/third?size=1`));
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    await first.body?.cancel();
    expect((await third).head.status).toBe(200);
    expect(server().log.of('second')).toHaveLength(0);
    await dispatcher.destroy();
  });
});

describe('redirects', () => {
  it('are followed, up to 20', async () => {
    const { head } = await network().fetch(
      requestFor(`${server().origin}/r/twenty?size=10&redirect=20#part`),
    );
    expect(head).toMatchObject({ status: 200, redirected: true });
    expect(head.url).toMatch(/hop=0/);
    expect(head.url).not.toMatch(/#/);
    const tooMany = requestFor(`${server().origin}/r/many?size=10&redirect=21`);
    await expect(network().fetch(tooMany)).rejects.toThrow(/after 20 others/);
    const endless = requestFor(`${server().origin}/r/loop?size=10&redirect=loop`);
    await expect(network().fetch(endless)).rejects.toThrow(TypeError);
  });

  it('are errors, or opaque, where the request wants it', async () => {
    const url = `${server().origin}/r/mode?size=10&redirect=1`;
    await expect(network().fetch(requestFor(url, { redirect: 'error' }))).rejects.toThrow(TypeError);
    const manual = await network().fetch(requestFor(url, { redirect: 'manual' }));
    expect(manual.head).toEqual({
      status: 0,
      statusText: '',
      headers: [],
      url,
      redirected: false,
      type: 'opaqueredirect',
    });
    expect(manual.body).toBeNull();
  });

  it('without a location are ordinary responses', async () => {
    const url = await serveRaw(rawResponse(['HTTP/1.1 302 Found', 'Content-Length: 4'], 'here'));
    const response = await network().fetch(requestFor(url));
    expect(response.head.status).toBe(302);
    expect(Buffer.from(await bytesOf(response)).toString()).toBe('here');
  });

  it.each([
    ['is no URL', 'http://[', /not a URL/],
    ['is not HTTP', 'ftp://127.0.0.1/', /only http/],
    ['holds credentials', 'http://me:secret@example.com/', /credentials/],
  ])('are refused where the location %s', async (_name, location, message) => {
    await expect(network().fetch(requestFor(await serveRaw(redirected(location))))).rejects.toThrow(message);
  });

  it('are refused where the host refuses their target', async () => {
    const refusal = (url: URL) => (url.port === '6000' ? 'port 6000 is blocked' : null);
    const asked = requestFor(await serveRaw(redirected('http://127.0.0.1:6000/')));
    await expect(network({ refusal }).fetch(asked)).rejects.toThrow(/port 6000 is blocked/);
  });

  it('lead from https: to http: only where the app allows it', async () => {
    const dispatcher = new Agent({ connect: { ca: server().certificate } });
    const url = `${server().secureOrigin}/r/downgrade?size=10&redirect=insecure`;
    try {
      await expect(network({ dispatcher }).fetch(requestFor(url))).rejects.toThrow(/insecureRedirects/);
      expect(server().log.of('downgrade')).toHaveLength(1);
      const { head } = await network({ dispatcher, insecureRedirects: true }).fetch(requestFor(url));
      expect(head.url).toMatch(/^http:/);
    } finally {
      await dispatcher.destroy();
    }
  });

  it('pass bytes beyond ASCII on as UTF-8', async () => {
    const url = await serveRaw(redirected(Buffer.from(`${server().origin}/echo/ü`).toString('latin1')));
    expect((await network().fetch(requestFor(url))).head.url).toMatch(/\/echo\/%C3%BC$/);
  });

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [302, 'PUT', 'PUT', 'body'],
    [307, 'POST', 'POST', 'body'],
    [308, 'POST', 'POST', 'body'],
  ])('with status %i turn %s into %s', async (status, method, expected, body) => {
    const url = await serveRaw((socket, head) => {
      // the whole body has to be taken before the connection may be closed
      if (!head.endsWith('body')) return;
      socket.end(redirected(`${server().origin}/echo/after`, status));
    });
    const headers = [['content-type', 'text/plain']] as const;
    const asked = requestFor(url, { method, headers }, { body: bodyOf(Buffer.from('body')) });
    const echo = await jsonOf(await network().fetch(asked));
    expect(echo.method).toBe(expected);
    expect(Buffer.from(echo.bodyBase64, 'base64').toString()).toBe(body);
    expect('content-type' in echo.headers).toBe(body !== '');
  });

  it('to another origin leave out what tells who asks', async () => {
    const headers = [
      ['authorization', 'Bearer secret'],
      ['cookie', 'a=b'],
      ['proxy-authorization', 'Basic secret'],
      ['x-own', 'kept'],
    ] as const;
    const elsewhere = await serveRaw(redirected(`${server().origin}/echo/elsewhere`));
    const echo = await jsonOf(await network().fetch(requestFor(elsewhere, { headers })));
    expect(Object.keys(echo.headers)).toEqual(expect.arrayContaining(['x-own']));
    for (const name of ['authorization', 'cookie', 'proxy-authorization']) {
      expect(echo.headers).not.toHaveProperty(name);
    }
    const within = `${server().origin}/r/within?size=1&redirect=1`;
    await network().fetch(requestFor(within, { headers }));
    expect(server().log.of('within')).toHaveLength(2);
    expect(server().log.of('within')[1]?.headers).toMatchObject({
      authorization: 'Bearer secret',
      cookie: 'a=b',
    });
  });
});

describe('the hook before an attempt', () => {
  it('sees the attempt, and gives it another URL and other fields, which no redirect forgets', async () => {
    const seen: unknown[] = [];
    const adapter = network({
      beforeAttempt: async ({ headers, ...attempt }) => {
        seen.push({ ...attempt, ifRange: headers.get('if-range') });
        return { url: `${server().origin}/echo/signed?signature=2`, headers: { authorization: 'fresh' } };
      },
    });
    const url = `${server().origin}/echo/film?signature=1`;
    const asked = requestFor(
      url,
      { headers: [['authorization', 'stale']] },
      {
        headers: { Range: 'bytes=10-', 'If-Range': '"a"' },
        retries: { unanswered: 0, fruitless: 2, furthest: 10, answered: true },
      },
    );
    const response = await adapter.fetch(asked);
    expect(seen).toEqual([
      { fetchId: 'film', url, method: 'GET', attempt: 3, range: 'bytes=10-', ifRange: '"a"' },
    ]);
    // what is stored and shown is the URL that the app gave
    expect(response.head).toMatchObject({ url, redirected: false });
    const echo = await jsonOf(response);
    expect(echo.url).toMatch(/signature=2$/);
    expect(echo.headers).toMatchObject({ authorization: 'fresh', range: 'bytes=10-', 'if-range': '"a"' });
  });

  it('fails the attempt if it throws', async () => {
    const beforeAttempt = () => Promise.reject(new Error('no token'));
    const asked = requestFor(`${server().origin}/r/unsigned?size=1`);
    await expect(network({ beforeAttempt }).fetch(asked)).rejects.toThrow(/beforeAttempt.*no token/);
    expect(server().log.of('unsigned')).toHaveLength(0);
  });
});

describe('a limited rate', () => {
  it('lets bodies through whole', async () => {
    const adapter = network({ limitRate: 100_000_000 });
    const lengths = ['a', 'b'].map(async (key) => {
      const response = await adapter.fetch(requestFor(`${server().origin}/r/limited-${key}?size=600000`));
      return (await bytesOf(response)).byteLength;
    });
    expect(await Promise.all(lengths)).toEqual([600_000, 600_000]);
  });

  it('does not hold up an abort', async () => {
    const controller = new AbortController();
    const adapter = network({ limitRate: 1 });
    const asked = requestFor(`${server().origin}/r/crawl?size=60000`, {}, { signal: controller.signal });
    const reader = (await adapter.fetch(asked)).body?.getReader();
    const reason = new Error('too slow');
    await reader?.read();
    const second = reader?.read();
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
  });
});

it('keeps a connection for the next request, also after a short body that nobody wanted', async () => {
  const dispatcher = new Agent({ connections: 1 });
  const adapter = network({ dispatcher });
  let connections = 0;
  const ports = new Set<number | undefined>();
  const url = await serveRaw((socket) => {
    ports.add(socket.remotePort);
    connections = ports.size;
    socket.write(rawResponse(['HTTP/1.1 200 OK', 'Content-Length: 5'], 'short'));
  });
  const unwanted = await adapter.fetch(requestFor(url));
  await unwanted.body?.cancel();
  const wanted = await adapter.fetch(requestFor(url));
  expect(Buffer.from(await bytesOf(wanted)).toString()).toBe('short');
  await until(() => connections > 0);
  expect(connections).toBe(1);
  expect(headerIn(wanted, 'content-length')).toBe('5');
  await dispatcher.destroy();
});
