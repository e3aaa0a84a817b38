import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** How a body is sent. */
export interface Sending {
  /** bytes per second */
  readonly rate?: number | undefined;
  /** Bytes after which the connection ends. */
  readonly cut?: number | undefined;
}

/** One request to an odd server, and what it is answered with. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** How many requests with a body in the answer came before, over all connections. */
  readonly before: number;
  /** Sends a head and, unless the request is a HEAD, a body. */
  send(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    how?: Sending,
  ): Promise<void>;
}

export type Answer = (exchange: Exchange) => Promise<void> | void;

const pieceSize = 32 * 1024;

/** A server with one fault, which counts what it is asked and what it sends. */
export class OddServer implements AsyncDisposable {
  readonly #server = createServer({ keepAliveTimeout: 60_000 });
  readonly #sockets = new Set<Socket>();
  readonly #watchers = new Set<() => void>();
  #port = 0;
  #gets = 0;
  /** Every request that was read, whatever its method. */
  requests = 0;
  /** Bytes of bodies with a status of success that were handed to the operating system. */
  sent = 0;
  /** Of the first request, as `performance.now()`. */
  began = 0;

  private constructor(answer: Answer) {
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('request', (request, response) => {
      this.began ||= performance.now();
      this.requests++;
      const before = this.#gets;
      if (request.method === 'GET') this.#gets++;
      const send: Exchange['send'] = (...what) => this.#send(request, response, ...what);
      // the client may go away at any time
      Promise.resolve(answer({ request, response, before, send })).catch(() => response.destroy());
    });
  }

  static async start(answer: Answer): Promise<OddServer> {
    const server = new OddServer(answer);
    await server.comeBack();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/file.bin`;
  }

  /** Refuses connections, and ends those there are. */
  async goAway(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async comeBack(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when so many bytes were sent. */
  untilSent(bytes: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.sent < bytes) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.goAway();
  }

  async #send(
    { method }: IncomingMessage,
    response: ServerResponse,
    status: number,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    { rate, cut }: Sending = {},
  ): Promise<void> {
    response.writeHead(status, { ...headers, 'Content-Length': body.length });
    if (method === 'HEAD') {
      response.end();
      return;
    }
    const end = Math.min(cut ?? body.length, body.length);
    const start = performance.now();
    for (let offset = 0; offset < end && !response.destroyed; ) {
      const piece = body.subarray(offset, Math.min(offset + pieceSize, end));
      if (!(await write(response, piece))) return;
      offset += piece.length;
      if (status < 300) this.#count(piece.length);
      const early = rate ? start + (offset / rate) * 1000 - performance.now() : 0;
      if (early > 0) await wait(early);
    }
    if (end < body.length) response.socket?.end();
    else response.end();
  }

  #count(bytes: number): void {
    this.sent += bytes;
    for (const look of [...this.#watchers]) look();
  }
}

/** Resolves with whether the operating system took the bytes. */
function write(response: ServerResponse, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    // a response whose connection is gone never calls back
    const onClose = (): void => resolve(false);
    response.once('close', onClose);
    response.write(bytes, (error) => {
      response.off('close', onClose);
      resolve(!error);
    });
  });
}
