import type { OutgoingHttpHeaders } from 'node:http';
import { allowOrigins } from './cors.ts';
import type { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';
import type { Validators } from './validators.ts';

/** Sets what every response of a key carries, whatever its status. */
export function setCommonHeaders(exchange: Exchange, faults: Faults): void {
  const { response } = exchange;
  allowOrigins(exchange, faults);
  response.sendDate = false;
  if (faults.date !== 'none') {
    response.setHeader('Date', new Date().toUTCString());
  }
  if (faults.cache === 'immutable') {
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
  } else if (faults.cache !== 'default') {
    // A browser's cache would keep requests from the server whose faults the test counts on.
    response.setHeader('Cache-Control', 'no-store');
  }
  if (faults.vary !== undefined) {
    response.setHeader('Vary', faults.vary);
  }
}

/** What a refusal carries. */
export function retryAfter(faults: Faults): OutgoingHttpHeaders {
  return faults.retryafter === undefined ? {} : { 'Retry-After': faults.retryafter };
}

/** What a response with content, or about it, carries. */
export function contentHeaders(validators: Validators, faults: Faults): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { 'Content-Type': faults.type ?? 'application/octet-stream' };
  if (validators.etag !== undefined) {
    headers.ETag = validators.etag;
  }
  if (validators.lastModified !== undefined) {
    headers['Last-Modified'] = validators.lastModified;
  }
  if (faults.ranges !== 'ignore') {
    headers['Accept-Ranges'] = 'bytes';
  }
  return headers;
}
