import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { useEngines } from './given.ts';

const engines = useEngines();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A server that says `first` to each request, and then the same thing over and over: all at once, or now and then. */
async function serve(
  first: string,
  again: string,
  pace: 'a flood' | 'a drip',
): Promise<{ origin: string; sockets: Set<Socket>; asked: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const asked = new Set<Socket>();
  const block = pace === 'a flood' ? again.repeat(Math.ceil(65_536 / again.length)) : again;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      asked.add(socket);
      socket.on('data', () => {});
      socket.write(first);
      const write = (): void => {
        if (socket.destroyed) return;
        if (pace === 'a drip') {
          socket.write(block);
          setTimeout(write, 20);
        } else if (socket.write(block)) setImmediate(write);
        else socket.once('drain', write);
      };
      write();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, asked };
}

/** Why a background fetch of this failed. */
async function failureOf(request: string | Request): Promise<string> {
  const engine = await engines.open({
    directory: await engines.directory(),
    retry: {
      firstDelay: 10,
      longestDelay: 20,
      fruitlessAttempts: 2,
      stallTimeout: 300,
      unansweredWithin: 100,
      unansweredRetries: 1,
    },
    uploads: 'never',
  });
  const ended = new Promise<string>((resolve) => {
    engine.onbackgroundfetchsuccess = () => resolve('none');
    engine.onbackgroundfetchfail = ({ registration }) => resolve(registration.failureReason);
  });
  await engine.backgroundFetch.fetch('endless', [request]);
  return await ended;
}

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const endless: [string, string, string][] = [
  ['100 Continue', '', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['102 Processing', '', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ['header fields', 'HTTP/1.1 200 OK\r\n', 'X-Any: thing\r\n'],
  ['a header field', 'HTTP/1.1 200 OK\r\nX-Any: ', 'x'],
  ['empty lines', '', '\r\n'],
  ['trailers', `${chunked}2\r\nok\r\n0\r\n`, 'X-Any: thing\r\n'],
  ['a trailer', `${chunked}2\r\nok\r\n0\r\nX-Any: `, 'x'],
  ['a chunk extension', `${chunked}2\r\nok\r\n2;`, 'x'],
];

it.each(
  endless.flatMap(([name, ...rest]) => [
    [name, 'a flood', ...rest] as const,
    [name, 'a drip', ...rest] as const,
  ]),
)('a server that sends no end of %s comes to its end: %s', async (_name, pace, first, again) => {
  const { origin, sockets } = await serve(first, again, pace);
  expect(await failureOf(`${origin}/`)).toBe('fetch-error');
  // what lies in the buffers of the system on both sides is among it
  for (const { bytesWritten } of sockets) expect(bytesWritten).toBeLessThan(16 * 2 ** 20);
});

it.each(['100 Continue', '102 Processing'])(
  'a server that has an upload and sends no end of %s comes to its end',
  async (status) => {
    const { origin, asked } = await serve('', `HTTP/1.1 ${status}\r\n\r\n`, 'a flood');
    const request = new Request(`${origin}/`, { method: 'POST', body: 'all of it' });
    expect(await failureOf(request)).toBe('fetch-error');
    // a connection that only showed that the server is there is none of them
    expect(asked.size).toBe(1);
  },
);
