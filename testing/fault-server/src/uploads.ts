import { createHash } from 'node:crypto';
import type { Exchange } from './exchange.ts';
import { numberOf } from './faults.ts';
import { setCommonHeaders } from './headers.ts';
import type { Upload } from './key-state.ts';
import { answerResource, type ResourceContext } from './resource.ts';

const keptText = 64 * 1024;

/** Receives an upload; then answers with `status`, or with the resource if there is a `size`. */
export async function answerUpload(exchange: Exchange, context: ResourceContext): Promise<void> {
  const { faults, state } = context;
  // who asks whether the server is there sends nothing
  if (exchange.request.method === 'HEAD') {
    setCommonHeaders(exchange, faults);
    exchange.sendText(405, '', { Allow: 'POST' });
    return;
  }
  const upload = await receive(exchange, numberOf(faults.uploadcut), numberOf(faults.uploadrate));
  state.uploads.push(upload);
  if (!upload.complete) {
    return;
  }
  if (faults.size !== undefined || faults.status !== undefined || faults.redirect !== undefined) {
    await answerResource(exchange, context);
    return;
  }
  if (await exchange.preface(faults, state)) {
    setCommonHeaders(exchange, faults);
    exchange.sendJson({ size: upload.size, sha256: upload.sha256 });
  }
}

async function receive(
  exchange: Exchange,
  cut: number | undefined,
  rate: number | undefined,
): Promise<Upload> {
  const { request } = exchange;
  const sha256 = createHash('sha256');
  const kept: Buffer[] = [];
  let size = 0;
  let complete = true;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      const part = cut === undefined ? chunk : chunk.subarray(0, cut - size);
      if (size < keptText) {
        kept.push(part.subarray(0, keptText - size));
      }
      sha256.update(part);
      size += part.length;
      if (size === cut) {
        complete = false;
        exchange.reset();
        break;
      }
      if (rate !== undefined) {
        await exchange.pause((part.length / rate) * 1000);
      }
    }
  } catch {
    // The client went away: what it sent until then is the upload.
    complete = false;
  }
  const isText = /^(text\/|multipart\/|application\/(json|x-www-form-urlencoded))/.test(
    request.headers['content-type'] ?? '',
  );
  return {
    method: request.method ?? 'POST',
    headers: request.headers,
    size,
    sha256: sha256.digest('hex'),
    text: isText ? Buffer.concat(kept).toString() : null,
    complete,
  };
}
