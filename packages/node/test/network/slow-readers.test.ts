import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { bytesOf, requestFor, until, useNetworks } from './given.ts';
import { useRawServers } from './raw-server.ts';

const serveRaw = useRawServers();
const network = useNetworks();

/** More than is received before a reader that has not begun makes the response wait. */
const sizes = [524_288, 550_000, 570_000, 600_000, 700_000];

const heads: [string, (size: number) => string][] = [
  ['only its end delimits', () => 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'],
  ['is to be closed', (size) => `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`],
  ['might have been used again', (size) => `HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`],
  ['ends its lines with LF', (size) => `HTTP/1.1 200 OK\nConnection: close\nContent-Length: ${size}\n\n`],
];

/** What is read of a response whose server has ended the connection before the reader begins. */
async function readLate(head: string, size: number, end: (socket: Socket) => void): Promise<number> {
  let isSent = false;
  const url = await serveRaw((socket) => {
    socket.cork();
    socket.write(head);
    socket.write(Buffer.alloc(size, 'x'), () => {
      isSent = true;
    });
    end(socket);
    socket.uncork();
  });
  const response = await network().fetch(requestFor(url));
  await until(() => isSent);
  // all of it arrives meanwhile, and the end of the connection
  for (let turn = 0; turn < 100; turn++) await nextTurn();
  return (await bytesOf(response)).length;
}

describe.each(heads)('a response over a connection that %s', (_name, head) => {
  it.each(sizes)('is read to its end, however late its reader begins: %i bytes', async (size) => {
    for (let time = 0; time < 4; time++) {
      expect(await readLate(head(size), size, (socket) => socket.end())).toBe(size);
    }
  });
});

it.each([1000, 700_000])(
  'a response that a reset ends is cut where nothing tells its length: %i bytes',
  async (size) => {
    let reset = (): void => {};
    const url = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
      socket.write(Buffer.alloc(size, 'x'));
      reset = () => socket.resetAndDestroy();
    });
    const { body } = await network().fetch(requestFor(url));
    const reader = body?.getReader();
    let received = 0;
    while (received < size) received += (await reader?.read())?.value?.byteLength ?? 0;
    reset();
    await expect(reader?.read()).rejects.toThrow(TypeError);
  },
);
