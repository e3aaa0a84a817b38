import type { Exchange } from './exchange.ts';
import { UnknownFault } from './faults.ts';

/** Reads the whole body of a request that is small because a test wrote it. */
export async function readBody(exchange: Exchange): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of exchange.request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads what a test tells a control. */
export async function readMessage(exchange: Exchange): Promise<object> {
  const text = (await readBody(exchange)).toString();
  const message = parse(text);
  if (typeof message !== 'object' || message === null) {
    throw new UnknownFault(`A control message has to be a JSON object, not ${text}.`);
  }
  return message;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnknownFault('A control message has to be JSON.', { cause });
  }
}
