import { createReadStream } from 'node:fs';
import type { RequestBody } from '@background-fetch/core';
import { fileOfRequestBody } from '../storage/index.ts';
import { type RateLimit, throttle } from './rate-limit.ts';

/** bytes that are handed to the socket at a time */
const chunkSize = 64 * 1024;
/** bytes that are read of a file at a time */
const readSize = 256 * 1024;

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

async function* open(body: RequestBody, start: number, end: number): AsyncGenerator<Uint8Array, void> {
  const { value } = body;
  const file = fileOfRequestBody(body);
  if (file !== undefined) {
    // a stream of the file is twice as fast as that of its Blob
    const reading = createReadStream(file, { start, end: end - 1, highWaterMark: readSize });
    for await (const bytes of reading as AsyncIterable<Buffer>) yield* inChunks(bytes);
  } else if (value instanceof Uint8Array) {
    yield* inChunks(value.subarray(start, end));
  } else if (value instanceof Blob) {
    yield* value.slice(start, end).stream() as unknown as AsyncIterable<Uint8Array>;
  } else {
    // the value has to be readable from any offset, as often as a redirect or a resumption wants it
    throw new TypeError('A stored request body has to be a Blob or a Uint8Array');
  }
}

/** Progress is told chunk by chunk, and on a slow network each takes its time. */
function* inChunks(bytes: Uint8Array): Generator<Uint8Array, void> {
  for (let at = 0; at < bytes.byteLength; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
}
