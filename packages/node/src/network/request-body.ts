import type { RequestBody } from '@background-fetch/core';
import { type RateLimit, throttle } from './rate-limit.ts';

/** bytes that are handed to the socket at a time */
const chunkSize = 64 * 1024;

/**
 * The bytes of a stored request body from `start` up to `end`.
 * @param onSent told how many bytes of the body the socket has taken, each time it asks for more
 */
export async function* readRequestBody(
  body: RequestBody,
  { start, end }: { readonly start: number; readonly end: number },
  limit: RateLimit | null,
  onSent: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  const chunks = open(body, start, end);
  let sent = start;
  for await (const chunk of limit ? throttle(chunks, limit) : chunks) {
    yield chunk;
    sent += chunk.byteLength;
    onSent(sent);
  }
}

async function* open({ value }: RequestBody, start: number, end: number): AsyncGenerator<Uint8Array, void> {
  if (value instanceof Uint8Array) {
    for (let at = start; at < Math.min(end, value.byteLength); at += chunkSize) {
      yield value.subarray(at, Math.min(at + chunkSize, end));
    }
  } else if (value instanceof Blob) {
    yield* value.slice(start, end).stream() as unknown as AsyncIterable<Uint8Array>;
  } else {
    // it has to be read from anywhere, as often as a redirect or a resumption wants it
    throw new TypeError('A stored request body has to be a Blob or a Uint8Array');
  }
}
