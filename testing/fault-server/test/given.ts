import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { type FaultServer, fillBody, startFaultServer } from '../src/index.ts';

/** One server for all tests of a file. */
export function useFaultServer(): () => FaultServer {
  let server: FaultServer | undefined;
  beforeAll(async () => {
    server = await startFaultServer();
  });
  afterAll(() => server?.close());
  return () => {
    if (!server) throw new Error('The fault server is used before it started: ask for it inside a test.');
    return server;
  };
}

export function expectedBytes(key: string, version: number, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start);
  fillBody(bytes, key, version, start);
  return bytes;
}

export async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

export async function control(server: FaultServer, key: string, message: object): Promise<void> {
  await fetch(`${server.origin}/control/${key}`, { method: 'POST', body: JSON.stringify(message) });
}

/**
 * What a client gets that asks on one connection for one thing after the other, all of them without a body, and
 * how the server ended the connection; null if it is still open.
 */
export function askOnOneConnection(
  origin: string,
  targets: readonly string[],
): Promise<{ statuses: number[]; end: 'fin' | 'reset' | null }> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const left = [...targets];
    const statuses: number[] = [];
    let text = '';
    const finish = (end: 'fin' | 'reset' | null) => {
      resolve({ statuses, end });
      socket.destroy();
    };
    const askNext = () => {
      const target = left.shift();
      if (target === undefined) {
        finish(null);
      } else {
        socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      }
    };
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.endsWith('\r\n\r\n')) {
        statuses.push(Number(text.slice('HTTP/1.1 '.length).split(' ')[0]));
        text = '';
        askNext();
      }
    });
    socket.on('end', () => finish('fin'));
    socket.on('error', () => finish('reset'));
    askNext();
  });
}

/** What came over a connection of its own, to the byte. */
export interface RawAnswer {
  head: string;
  body: Buffer;
  /** How the server ended the connection. */
  end: 'fin' | 'reset';
}

export function askRaw(
  origin: string,
  target: string,
  headers: string[] = [],
  onBytes: (received: number) => unknown = () => undefined,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket: Socket = connect({ host: hostname, port: Number(port) });
    const chunks: Buffer[] = [];
    const finish = (end: 'fin' | 'reset') => {
      const all = Buffer.concat(chunks);
      const split = all.indexOf('\r\n\r\n');
      const headEnd = split === -1 ? all.length : split;
      resolve({ head: all.subarray(0, headEnd).toString(), body: all.subarray(headEnd + 4), end });
    };
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      onBytes(Buffer.concat(chunks).length);
    });
    socket.on('end', () => finish('fin'));
    socket.on('error', () => finish('reset'));
    socket.write([`GET ${target} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n'));
  });
}
