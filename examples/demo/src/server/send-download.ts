import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ByteRange, parseRange } from '../byte-range.ts';
import type { Download } from '../content/downloads.ts';
import type { Throttle } from './throttle.ts';

/** Answers a GET or HEAD for a download, whole or a range of it. */
export async function sendDownload(
  download: Download,
  request: IncomingMessage,
  response: ServerResponse,
  throttle: Throttle,
): Promise<void> {
  const { bytes, etag, type } = download;
  response.setHeader('accept-ranges', 'bytes');
  response.setHeader('etag', etag);
  // `no-cache` is "ask again each time": the browser's own HTTP cache must not answer in the server's place.
  response.setHeader('cache-control', 'no-cache');
  if (listed(request.headers['if-none-match'], etag)) {
    response.writeHead(304).end();
    return;
  }
  const range = requestedRange(request, bytes, etag);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${bytes}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: bytes };
  response.setHeader('content-type', type);
  response.setHeader('content-length', end - start);
  if (range) response.setHeader('content-range', `bytes ${start}-${end - 1}/${bytes}`);
  response.writeHead(range ? 206 : 200);
  if (request.method === 'HEAD') response.end();
  else await sendBytes(download, { start, end }, response, throttle);
}

function requestedRange(
  request: IncomingMessage,
  bytes: number,
  etag: string,
): ByteRange | 'unsatisfiable' | null {
  const condition = request.headers['if-range'];
  // Only GET has ranges, and a client that holds another version has to get all of this one.
  if (request.method !== 'GET' || (condition !== undefined && condition !== etag)) return null;
  return parseRange(request.headers.range, bytes);
}

/** `If-None-Match` compares weakly. */
function listed(header: string | undefined, etag: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags?.some((tag) => tag === etag || tag === '*') ?? false;
}

/** One piece at a time, as fast as the line and the client take them. */
async function sendBytes(
  download: Download,
  { start, end }: ByteRange,
  response: ServerResponse,
  throttle: Throttle,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    for (let position = start; position < end; ) {
      const next = Math.min(end, position + throttle.pieceLength);
      await throttle.pass(next - position, gone.signal);
      const piece = await download.read(position, next);
      if (!response.write(piece)) await once(response, 'drain', { signal: gone.signal });
      position = next;
    }
    response.end();
  } catch (error) {
    if (!gone.signal.aborted) throw error; // A client that leaves is no error.
  }
}
