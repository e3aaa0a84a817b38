import type { IncomingMessage } from 'node:http';

const limit = 64 * 1024;

/** The JSON body of a request, at most 64 KiB of it. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit)
      throw new TypeError(`The body of ${request.method} ${request.url} is longer than ${limit} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (cause) {
    throw new TypeError(`The body of ${request.method} ${request.url} is not JSON`, { cause });
  }
}
