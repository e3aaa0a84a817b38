import { openToTests } from './cors.ts';
import type { Exchange } from './exchange.ts';
import { readBody } from './request-body.ts';

const echoedBytes = 64 * 1024;

/** Answers with what was asked, as JSON. */
export async function answerEcho(exchange: Exchange): Promise<void> {
  const body = await readBody(exchange);
  const { method, headers } = exchange.request;
  openToTests(exchange);
  exchange.sendJson({
    method,
    url: exchange.url.href,
    headers,
    bodyBase64: body.subarray(0, echoedBytes).toString('base64'),
  });
}
