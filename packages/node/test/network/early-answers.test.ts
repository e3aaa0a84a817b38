import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { makeCertificate } from '@background-fetch/testing-fault-server';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { bodyOf, bytesOf, requestFor, until, useNetworks } from './given.ts';

const network = useNetworks();
const content = Buffer.alloc(8 * 2 ** 20, 'which byte is where');
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** What a server does with the rest of a body that it has answered. */
type Rest = 'reads on' | 'reads on, and says nothing more' | 'closes' | 'resets' | 'resets later';

interface EarlyServer {
  readonly url: string;
  /** bytes of each body, in the order of requests */
  readonly received: number[];
}

/** A server that answers as soon as it has the head of a request, whatever follows it. */
async function serve(answer: string, rest: Rest): Promise<EarlyServer> {
  const received: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const request = received.push(0) - 1;
    let head = '';
    socket.on('data', (chunk: Buffer) => {
      if (head.endsWith('\r\n\r\n')) {
        received[request] = (received[request] ?? 0) + chunk.length;
        return;
      }
      const text = head + chunk.toString('latin1');
      const at = text.indexOf('\r\n\r\n');
      if (at < 0) head = text;
      else {
        head = text.slice(0, at + 4);
        received[request] = text.length - head.length;
        if (head.startsWith('GET'))
          return void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlogin');
        socket.write(answer);
        if (rest === 'reads on, and says nothing more') socket.end();
        if (rest === 'closes') {
          socket.pause();
          socket.end();
          socket.on('finish', () => socket.destroy());
        }
        if (rest === 'resets') socket.resetAndDestroy();
        if (rest === 'resets later') {
          socket.pause();
          setImmediate(() => setImmediate(() => socket.resetAndDestroy()));
        }
      }
    });
    socket.on('end', () => socket.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/files`, received };
}

const upload = (url: string) =>
  network({ uploads: 'never' }).fetch(requestFor(url, { method: 'POST' }, { body: bodyOf(content) }));

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const closing = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok';
const empty = 'HTTP/1.1 204 No Content\r\n\r\n';
const emptyAndClosing = 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n';
const found = 'HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n';
const seeOther = 'HTTP/1.1 303 See Other\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n';

describe('a server that answers before it has the body', () => {
  it.each([
    ['200', ok, 'reads on', 'ok'],
    ['200, no length', closing, 'reads on, and says nothing more', 'ok'],
    ['200 and half closes', ok, 'reads on, and says nothing more', 'ok'],
    ['204', empty, 'reads on', ''],
    ['302', found, 'reads on', 'login'],
    ['303', seeOther, 'reads on', 'login'],
  ] as const)('and reads on gets all of it: %s', async (_name, answer, rest, body) => {
    const server = await serve(answer, rest);
    const response = await upload(server.url);
    expect(response.uploaded).toBe(content.length);
    expect(Buffer.from(await bytesOf(response)).toString()).toBe(body);
    await until(() => server.received[0] === content.length);
  });

  it.each([
    ['200', 'closes', ok],
    ['200', 'resets', ok],
    ['200, no length', 'closes', closing],
    ['204', 'closes', empty],
    ['204, last of its connection', 'closes', emptyAndClosing],
    ['204, last of its connection', 'resets', emptyAndClosing],
    ['200, no length', 'resets', closing],
    ['302', 'closes', found],
    ['303', 'resets', seeOther],
  ] as const)('and does not take it is no success: %s, %s', async (_name, rest, answer) => {
    const server = await serve(answer, rest);
    await expect(upload(server.url)).rejects.toThrow(TypeError);
    expect(server.received[0]).toBeLessThan(content.length);
  });

  it.each([
    ['413', 'closes', 'HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno'],
    ['413', 'resets later', 'HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno'],
    ['413', 'reads on, and says nothing more', 'HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno'],
    ['401, no length', 'closes', 'HTTP/1.1 401 Who\r\nConnection: close\r\n\r\nno'],
    ['403, chunked', 'closes', 'HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n'],
    ['507 after 100', 'closes', 'HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 507 Full\r\nContent-Length: 2\r\n\r\nno'],
  ] as const)(
    'and refuses it has its refusal told, whatever it does then: %s, %s',
    async (name, rest, answer) => {
      // where one time proves little: the end of the connection may be seen first when writing or when reading
      for (let time = 0; time < 10; time++) {
        const server = await serve(answer, rest);
        const response = await upload(server.url);
        expect(response.head.status).toBe(Number.parseInt(name, 10));
        await response.body?.cancel();
      }
    },
  );

  it('and refuses it has its refusal told where writing fails before anything was read', async () => {
    const answer = 'HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno';
    const ended = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(new URL('refusing-server.mjs', import.meta.url), {
      workerData: { answer, ended },
    });
    ends.push(async () => void (await worker.terminate()));
    const [{ port }] = await once(worker, 'message');
    // reads nothing until the connection has ended, and then writes at once
    const sent = (bytes = 0): void => {
      if (bytes > 0) Atomics.wait(ended, 0, 0, 10_000);
    };
    const upload = { state: undefined, keep: async () => {}, sent };
    const asked = requestFor(
      `http://127.0.0.1:${port}/`,
      { method: 'PUT' },
      { body: bodyOf(content), upload },
    );
    const response = await network({ uploads: 'never' }).fetch(asked);
    expect(Atomics.load(ended, 0)).toBe(1);
    expect(response.head.status).toBe(413);
    expect(Buffer.from(await bytesOf(response)).toString()).toBe('no');
  });

  it('and refuses it over TLS has its refusal told', async () => {
    const { key, cert } = await makeCertificate();
    const dispatcher = new Agent({ connect: { ca: cert } });
    ends.push(() => dispatcher.destroy());
    const server = createTlsServer({ key, cert }, (socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.pause();
        socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno', () => socket.destroy());
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;
    const adapter = network({ uploads: 'never', dispatcher });
    for (let time = 0; time < 10; time++) {
      const asked = requestFor(`https://localhost:${port}/`, { method: 'PUT' }, { body: bodyOf(content) });
      const response = await adapter.fetch(asked);
      expect(response.head.status).toBe(413);
      await response.body?.cancel();
    }
  });

  it('and refuses it is understood at once', async () => {
    const server = await serve('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno', 'reads on');
    const response = await upload(server.url);
    expect(response.head.status).toBe(413);
    expect(Buffer.from(await bytesOf(response)).toString()).toBe('no');
  });

  it('and gives it back as it comes has its response read meanwhile', async () => {
    const server = createHttpServer((request, response) => request.pipe(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const address = server.address();
    const response = await upload(
      `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/echo`,
    );
    expect(Buffer.from(await bytesOf(response)).equals(content)).toBe(true);
  });
});
