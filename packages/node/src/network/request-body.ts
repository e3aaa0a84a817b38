import type { RequestBody } from '@background-fetch/core';
import { type RateLimit, throttle } from './rate-limit.ts';

/** bytes that are handed to the socket at a time */
const chunkSize = 64 * 1024;

/**
 * The bytes of a stored request body from `start` on.
 * @param onSent told how many bytes of the body the socket has taken, each time it asks for more
 */
export async function* readRequestBody(
  body: RequestBody,
  start: number,
  limit: RateLimit | null,
  onSent: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  const chunks = openAt(body, start);
  let sent = start;
  for await (const chunk of limit ? throttle(chunks, limit) : chunks) {
    yield chunk;
    sent += chunk.byteLength;
    onSent(sent);
  }
}

async function* openAt({ value }: RequestBody, start: number): AsyncGenerator<Uint8Array, void> {
  if (value instanceof Uint8Array) {
    for (let at = start; at < value.byteLength; at += chunkSize) yield value.subarray(at, at + chunkSize);
  } else if (value instanceof Blob) {
    yield* value.slice(start).stream() as unknown as AsyncIterable<Uint8Array>;
  } else {
    // it has to be read from anywhere, as often as a redirect or a resumption wants it
    throw new TypeError('A stored request body has to be a Blob or a Uint8Array');
  }
}
