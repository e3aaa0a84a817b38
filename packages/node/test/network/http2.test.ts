import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { makeCertificate } from '@background-fetch/testing-fault-server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bodyOf, bytesOf, headerIn, requestFor, until, useNetworks } from './given.ts';

const certificate = await makeCertificate();
const network = useNetworks();
const ends: (() => Promise<unknown>)[] = [];
// the network that a program gets without options has no other way to trust a certificate made a moment ago
beforeEach(() => void vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0'));
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const end of ends.splice(0)) await end();
});

interface TlsServer {
  readonly origin: string;
  /** TCP connections that were made. */
  readonly connections: Socket[];
}

async function listen(server: Server): Promise<TlsServer> {
  const connections: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    connections.push(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(async () => {
    for (const socket of connections) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { origin: `https://localhost:${(server.address() as AddressInfo).port}`, connections };
}

type Answer = (stream: ServerHttp2Stream, path: string) => void;

const sayOk: Answer = (stream) => {
  stream.respond({ ':status': 200, 'content-length': 2 });
  stream.end('ok');
};

/** A server that speaks HTTP/2, and nothing else unless it is told to. */
async function serveHttp2(answer: Answer = sayOk, allowHTTP1 = false): Promise<TlsServer> {
  const server = createSecureServer({ ...certificateOptions(), allowHTTP1 }, (request, response) => {
    if (request.httpVersionMajor === 1) response.end(`spoke ${request.httpVersion}`);
  });
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    answer(stream, headers[':path'] ?? '');
  });
  return await listen(server);
}

function certificateOptions(): { key: string; cert: string } {
  const { key, cert } = certificate;
  return { key: `${key}`, cert: `${cert}` };
}

const text = async (url: string, adapter = network()): Promise<string> =>
  Buffer.from(await bytesOf(await adapter.fetch(requestFor(url)))).toString();

describe('a server that speaks HTTP/2 alone', () => {
  it('is asked in HTTP/2, and is known from then on', async () => {
    const { origin, connections } = await serveHttp2();
    const adapter = network();
    const response = await adapter.fetch(requestFor(`${origin}/first`));
    expect(response.head.status).toBe(200);
    // one request at a time over each connection
    expect(response.multiplexed).toBe(false);
    expect(Buffer.from(await bytesOf(response)).toString()).toBe('ok');
    expect(connections).toHaveLength(2);
    expect(await text(`${origin}/second`, adapter)).toBe('ok');
    expect(connections).toHaveLength(2);
  });

  it('gets a connection for each of several requests at a time', async () => {
    const streams: ServerHttp2Stream[] = [];
    const sessions = new Set<unknown>();
    const { origin } = await serveHttp2((stream) => {
      sessions.add(stream.session);
      if (streams.push(stream) === 4) for (const each of streams) sayOk(each, '');
    });
    const adapter = network();
    const all = await Promise.all([1, 2, 3, 4].map((nth) => text(`${origin}/${nth}`, adapter)));
    expect(all).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(sessions.size).toBe(4);
  });

  it('gets what changes things over a connection that was never used', async () => {
    const sessions: unknown[] = [];
    const { origin } = await serveHttp2((stream, path) => {
      sessions.push(stream.session);
      sayOk(stream, path);
    });
    const adapter = network();
    for (let count = 0; count < 3; count++) {
      await bytesOf(await adapter.fetch(requestFor(origin, { method: 'POST' })));
      const before = Date.now();
      await until(() => Date.now() > before + 1);
    }
    expect(new Set(sessions).size).toBe(3);
  });

  it('has an upload taken, and an early refusal of it understood', async () => {
    const content = Buffer.alloc(8 * 2 ** 20, 'which byte is where');
    let received = 0;
    const { origin } = await serveHttp2((stream, path) => {
      if (path === '/refused') {
        stream.respond({ ':status': 413 });
        stream.end('no');
        return;
      }
      stream.on('data', (bytes: Buffer) => (received += bytes.length));
      stream.on('end', () => sayOk(stream, path));
    });
    const adapter = network({ uploads: 'never' });
    const put = (path: string) =>
      adapter.fetch(requestFor(`${origin}${path}`, { method: 'PUT' }, { body: bodyOf(content) }));
    const taken = await put('/taken');
    expect([taken.head.status, taken.uploaded, received]).toEqual([200, content.length, content.length]);
    expect((await put('/refused')).head.status).toBe(413);
  });

  it('has a body that is cut told from one that is whole', async () => {
    const { origin } = await serveHttp2((stream, path) => {
      stream.respond(path === '/length' ? { ':status': 200, 'content-length': 10 } : { ':status': 200 });
      stream.write('part', () => stream.close(0));
    });
    const adapter = network();
    await expect(text(`${origin}/length`, adapter)).rejects.toThrow(TypeError);
    const response = await adapter.fetch(requestFor(`${origin}/none`));
    expect(response.signalsTruncation).toBe(false);
  });

  it.each([
    ['UTF-8', '/caf\xc3\xa9', '/caf%C3%A9'],
    ['Latin-1', '/caf\xe9', '/caf%E9'],
  ])('leads to a name as it is: %s', async (_name, location, asked) => {
    const paths: string[] = [];
    const { origin } = await serveHttp2((stream, path) => {
      paths.push(path);
      if (paths.length > 1) return sayOk(stream, path);
      stream.respond({ ':status': 302, location, 'x-raw': '\xe9' });
      stream.end();
    });
    expect(await text(origin)).toBe('ok');
    expect(paths).toEqual(['/', asked]);
  });

  it('has the bytes of its fields read one by one', async () => {
    const { origin } = await serveHttp2((stream) => {
      stream.respond({ ':status': 204, 'x-raw': '\xe9\xc3\xa9' });
      stream.end();
    });
    expect(headerIn(await network().fetch(requestFor(origin)), 'x-raw')).toBe('\xe9\xc3\xa9');
  });
});

describe('a server that speaks both', () => {
  it('is asked in HTTP/1.1', async () => {
    const { origin, connections } = await serveHttp2(sayOk, true);
    expect(await text(origin)).toBe('spoke 1.1');
    expect(connections).toHaveLength(1);
  });
});

describe('a server that knows no ALPN', () => {
  it('is asked in HTTP/1.1', async () => {
    const server = createTlsServer(certificateOptions(), (socket: TLSSocket) => {
      socket.on('error', () => {});
      socket.on('data', () => {
        const isClean = socket.alpnProtocol === false ? 'ok' : 'no';
        socket.write(
          `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\n${isClean}\r\n0\r\n\r\n`,
        );
      });
    });
    const { origin, connections } = await listen(server);
    const adapter = network();
    expect(await text(origin, adapter)).toBe('ok');
    await new Promise((resolve) => setImmediate(resolve));
    expect(await text(origin, adapter)).toBe('ok');
    expect(connections).toHaveLength(1);
  });
});

describe('a server that has learnt HTTP/1.1', () => {
  it('is asked in it although it refused it before', async () => {
    const { origin, connections } = await serveHttp2();
    const adapter = network();
    expect(await text(origin, adapter)).toBe('ok');
    const { port } = new URL(origin);
    for (const end of ends.splice(0)) await end();
    const server = createTlsServer({ ...certificateOptions(), ALPNProtocols: ['http/1.1'] }, (socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew'));
    });
    await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
    ends.push(
      () => adapter.close(),
      () => new Promise((resolve) => server.close(resolve)),
    );
    expect(await text(origin, adapter)).toBe('new');
    expect(connections.length).toBeGreaterThan(0);
  });
});
