import type { Exchange } from './exchange.ts';

/** Reads the whole body of a request that is small because a test wrote it. */
export async function readBody(exchange: Exchange): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of exchange.request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
