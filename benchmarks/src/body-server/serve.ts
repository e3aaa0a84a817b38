import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Line } from '../../../testing/fault-server/src/line.ts';

/*
 * A process of its own, so that bodies don't share an event loop with what measures. The bytes are made beforehand:
 * the browser under test needs the processor. They are random, because engines compress what they store.
 */

const pattern = randomBytes(8 * 2 ** 20);
const writeSize = 2 ** 20;
/** What shares a line is sent in pieces that take a hundredth of a second. */
const piecesPerSecond = 100;
const line = new Line();
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };

async function readSite(directory: string): Promise<Map<string, Buffer>> {
  const files = (await readdir(directory, { recursive: true })).filter((name) => extname(name) in types);
  const contents = files.map(async (name) => [`/${name}`, await readFile(join(directory, name))] as const);
  return new Map(await Promise.all(contents));
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname.startsWith('/body/')) {
    const lineRate = Number(searchParams.get('linerate'));
    await wait(Number(searchParams.get('latency')));
    return await sendBody(request, response, pathname, Number(searchParams.get('size')), lineRate);
  }
  const file = site.get(pathname);
  if (!file) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': types[extname(pathname)], 'Cache-Control': 'no-store' });
  response.end(file);
}

async function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
  size: number,
  lineRate: number,
): Promise<void> {
  const etag = `"${pathname}-${size}"`;
  const ifRange = request.headers['if-range'] ?? etag;
  const range = ifRange === etag ? /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') : null;
  const start = Number(range?.[1] ?? 0);
  const end = range?.[2] ? Math.min(size, Number(range[2]) + 1) : size;
  response.writeHead(range ? 206 : 200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': end - start,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-store',
    ETag: etag,
    ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
  });
  const bytes = lineRate > 0 ? paced(start, end, lineRate) : pieces(start, end);
  await pipeline(Readable.from(bytes), response);
}

/** All bodies together have `lineRate` bytes per second. */
async function* paced(start: number, end: number, lineRate: number): AsyncGenerator<Buffer> {
  for (const piece of pieces(start, end, Math.ceil(lineRate / piecesPerSecond))) {
    await wait(line.take(piece.length, lineRate));
    yield piece;
  }
}

function* pieces(start: number, end: number, size = writeSize): Generator<Buffer> {
  for (let offset = start; offset < end; ) {
    const from = offset % pattern.length;
    const piece = pattern.subarray(from, from + Math.min(size, end - offset));
    offset += piece.length;
    yield piece;
  }
}

async function listen(listener: RequestListener, host: string, port: number): Promise<number> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const site = await readSite(process.argv[2] ?? '.');
const listener: RequestListener = (request, response) => {
  // a client that goes away before the end is the usual case: a range takes the place of the whole
  answer(request, response).catch(() => response.destroy());
};
const port = await listen(listener, '127.0.0.1', 0);
// browsers differ in which of its addresses "localhost" is first; without IPv6 they find the other one
await listen(listener, '::1', port).catch(() => {});
process.once('disconnect', () => process.exit());
process.send?.({ port });
