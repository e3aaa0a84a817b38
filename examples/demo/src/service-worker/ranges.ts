import { type ByteRange, parseRange } from '../byte-range.ts';

/**
 * Answers a media element from a response of which all is at hand or to come. They ask for ranges, and refuse a 200
 * where they have jumped to another place. `bytes` is the length of the whole.
 */
export function respondWithRange(response: Response, range: ByteRange | null, bytes: number): Response {
  const { start, end } = range ?? { start: 0, end: bytes };
  const headers = new Headers(response.headers);
  headers.set('accept-ranges', 'bytes');
  headers.set('content-length', `${end - start}`);
  if (range) headers.set('content-range', `bytes ${start}-${end - 1}/${bytes}`);
  const body = start === 0 && end === bytes ? response.body : slice(response.body, start, end);
  return new Response(body, { status: range ? 206 : 200, headers });
}

/** Bytes of a response in the cache, which knows how to skip without reading. */
export async function respondWithKeptRange(response: Response, range: ByteRange): Promise<Response> {
  const blob = await response.blob();
  const headers = new Headers(response.headers);
  const piece = blob.slice(range.start, range.end);
  headers.set('accept-ranges', 'bytes');
  headers.set('content-length', `${piece.size}`);
  headers.set('content-range', `bytes ${range.start}-${range.start + piece.size - 1}/${blob.size}`);
  return new Response(piece, { status: 206, headers });
}

export function unsatisfiable(bytes: number): Response {
  return new Response(null, { status: 416, headers: { 'content-range': `bytes */${bytes}` } });
}

export function requestedRange(request: Request, bytes: number): ByteRange | 'unsatisfiable' | null {
  return parseRange(request.headers.get('range') ?? undefined, bytes);
}

function slice(body: ReadableStream<Uint8Array> | null, start: number, end: number): ReadableStream | null {
  let position = 0;
  const cutter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const piece = chunk.subarray(Math.max(0, start - position), Math.max(0, end - position));
      position += chunk.length;
      if (piece.length > 0) controller.enqueue(piece);
      if (position >= end) controller.terminate();
    },
  });
  return body?.pipeThrough(cutter) ?? null;
}
