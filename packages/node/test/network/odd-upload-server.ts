import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

/** A request of an upload, at a server that a test tells what to do with it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** How many of this method came before it. */
  readonly count: number;
  /** Reads the body, up to so many bytes. */
  read(most?: number): Promise<Buffer>;
  /** Announces an upload resource as the IETF's draft has it. */
  announce(location: string): void;
  answer(status: number, headers?: Record<string, string>, body?: string): void;
  /** Ends the connection without an answer. */
  cut(): void;
}

export interface OddServer {
  readonly url: string;
  readonly origin: string;
  readonly asked: Asked[];
  /** bytes of bodies that came, whether they were read for something or not */
  readonly received: number;
  /** The methods that were asked, in their order. */
  readonly methods: string[];
  /** From now on connections are refused. */
  goAway(): void;
}

/** Servers whose tests say what they do with each request. They count what comes, and end with the test. */
export function useOddServers(): (answer: (asked: Asked) => unknown) => Promise<OddServer> {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers) server.closeAllConnections();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });
  return async (answer) => {
    const asked: Asked[] = [];
    let received = 0;
    const server = createServer(async (request, response) => {
      const count = asked.filter(({ method }) => method === request.method).length;
      const one = askedBy(request, response, count, (bytes) => {
        received += bytes;
      });
      asked.push(one);
      await answer(one);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      url: `${origin}/files`,
      origin,
      asked,
      get received() {
        return received;
      },
      get methods() {
        return asked.map(({ method }) => method);
      },
      goAway: () => void server.close(),
    };
  };
}

function askedBy(
  request: IncomingMessage,
  response: ServerResponse,
  count: number,
  onReceived: (bytes: number) => void,
): Asked {
  request.on('error', () => {});
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    count,
    async read(most = Number.POSITIVE_INFINITY) {
      const chunks: Buffer[] = [];
      let length = 0;
      if (most === 0) return Buffer.alloc(0);
      try {
        for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
          onReceived(chunk.length);
          chunks.push(chunk);
          length += chunk.length;
          if (length >= most) break;
        }
      } catch {
        // who uploads may break off
      }
      return Buffer.concat(chunks).subarray(0, most);
    },
    announce(location) {
      const lines = ['HTTP/1.1 104 Upload Resumption Supported', `Location: ${location}`];
      request.socket.write(`${[...lines, 'Upload-Draft-Interop-Version: 8'].join('\r\n')}\r\n\r\n`);
    },
    answer(status, headers = {}, body = '') {
      response.writeHead(status, headers).end(body);
    },
    cut() {
      request.socket.resetAndDestroy();
    },
  };
}
