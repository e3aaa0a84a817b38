import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fillBody } from '@background-fetch/testing-fault-server';
import { afterEach } from 'vitest';

/** A server of one large file that can be killed while it sends it, and comes back at the same address. */
export class MortalServer {
  /** The `Range` of each request for the file, '' for none. */
  readonly ranges: string[] = [];
  readonly content: Uint8Array;
  readonly etag = '"1"';
  #server: Server | null = null;
  #port = 0;
  /** bytes of the file after which it dies */
  diesAfter = Number.POSITIVE_INFINITY;

  constructor(size: number) {
    this.content = new Uint8Array(size);
    fillBody(this.content, 'mortal', 1, 0);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/film.bin`;
  }

  async start(): Promise<void> {
    this.diesAfter = Number.POSITIVE_INFINITY;
    const server = createServer((request, response) => {
      const { range = '' } = request.headers;
      this.ranges.push(range);
      const match = /^bytes=(\d+)-(\d*)$/.exec(range);
      const start = Number(match?.[1] ?? 0);
      const end = match?.[2] ? Number(match[2]) + 1 : this.content.length;
      response.writeHead(match ? 206 : 200, {
        'Content-Length': end - start,
        'Content-Type': 'application/octet-stream',
        ETag: this.etag,
        ...(match && { 'Content-Range': `bytes ${start}-${end - 1}/${this.content.length}` }),
      });
      if (end <= this.diesAfter) return void response.end(this.content.subarray(start, end));
      response.write(this.content.subarray(start, this.diesAfter));
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Ends all connections; nobody listens from now on. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
}

export function useMortalServer(size: number): () => MortalServer {
  let server: MortalServer | undefined;
  afterEach(async () => {
    await server?.kill();
    server = undefined;
  });
  return () => {
    server ??= new MortalServer(size);
    return server;
  };
}
