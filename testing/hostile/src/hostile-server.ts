import { createServer, type Server, type Socket } from 'node:net';
import { seededRandom } from '@background-fetch/testing-simulation';
import { type Asked, drawAnswer, type Step } from './answers.ts';

/** A server whose answers are drawn: the same seed gives the same answer to the same request of a URL. */
export interface HostileServer {
  readonly origins: readonly string[];
  /** Requests that were answered. */
  readonly answered: number;
  close(): Promise<void>;
}

/** Addresses of this machine, which are origins of their own. */
const addresses = Array.from({ length: 12 }, (_, index) => `127.0.0.${index + 1}`);
const mostHead = 64 * 1024;

export async function startHostileServer(seed: string): Promise<HostileServer> {
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  const origins: string[] = [];
  let answered = 0;
  let isClosed = false;
  const onConnection = (socket: Socket): void => {
    if (isClosed) return void socket.destroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let received = '';
    let isAnswering = false;
    socket.on('data', (bytes: Buffer) => {
      // what comes of a body while it is answered is of no interest
      if (isAnswering) return;
      received = (received + bytes.toString('latin1')).slice(-mostHead);
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const asked = parseHead(received.slice(0, end), origins);
      received = '';
      if (!asked) return;
      const count = counts.get(asked.path) ?? 0;
      counts.set(asked.path, count + 1);
      answered++;
      isAnswering = true;
      const random = seededRandom(`${seed}${asked.path} ${count}`);
      void answer(socket, drawAnswer(random, asked)).then(() => {
        isAnswering = false;
      });
    });
  };
  const servers: Server[] = [];
  for (const address of addresses) {
    const server = createServer(onConnection);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, address, resolve);
    });
    servers.push(server);
    const { port } = server.address() as { readonly port: number };
    origins.push(`http://${address}:${port}`);
  }
  return {
    origins,
    get answered() {
      return answered;
    },
    async close() {
      isClosed = true;
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** Null for what is the rest of a body. */
function parseHead(text: string, origins: readonly string[]): Asked | null {
  const [line = '', ...fields] = text.split('\r\n');
  const [, method = '', path = ''] = /([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(line) ?? [];
  if (!path) return null;
  const headers = new Map(
    fields.map((field): [string, string] => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  return { method, path, headers, origins: [...origins, 'http://127.0.0.1:1'] };
}

async function answer(socket: Socket, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (socket.destroyed) return;
    switch (step.kind) {
      case 'write':
        await write(socket, step.bytes);
        break;
      case 'drip':
        for (let at = 0; at < step.bytes.length && !socket.destroyed; at += step.size) {
          await write(socket, step.bytes.subarray(at, at + step.size));
          await new Promise(setImmediate);
        }
        break;
      case 'flood':
        for (let sent = 0; sent < step.most && !socket.destroyed; sent += step.bytes.length) {
          await write(socket, step.bytes);
        }
        break;
      case 'end':
        if (step.as === 'fin') socket.end();
        else if (step.as === 'reset') socket.resetAndDestroy();
        break;
      default:
        step satisfies never;
    }
  }
}

/** Resolves when there is room for more, or nobody is left who takes it. */
function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || !socket.writable || socket.write(bytes)) return resolve();
    const go = (): void => {
      socket.off('drain', go).off('close', go);
      resolve();
    };
    socket.on('drain', go).on('close', go);
  });
}
