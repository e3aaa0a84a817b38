import { checkPreconditions, ifRangeMatches } from './conditions.ts';
import { answerPreflight, corsHeaders, isPreflight } from './cors.ts';
import { bytesOf, deliver } from './deliver.ts';
import { encode } from './encoding.ts';
import type { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';
import { beginAttempt, passGate } from './gate.ts';
import { type ByteRange, contentRangeOf, parseRange, unsatisfiedRangeOf } from './ranges.ts';
import { answerRedirect, type OtherOrigin } from './redirects.ts';
import { etagOfEncoded, type Representation, representationOf } from './representation.ts';
import type { ResourceState } from './state.ts';
import { receiveUpload } from './uploads.ts';

type Headers = Record<string, string | number>;

/** Answers `/r/<key>`. */
export async function serveResource(
  exchange: Exchange,
  state: ResourceState,
  otherOrigin: OtherOrigin,
): Promise<void> {
  const faults = state.faultsFor(exchange.url);
  if (isPreflight(exchange)) return answerPreflight(exchange, faults);
  if (answerRedirect(exchange, faults, state, otherOrigin)) return;

  const attempt = beginAttempt(exchange, state);
  if (!(await passGate(exchange, faults, state))) return;
  if (carriesBody(exchange) && !(await receiveUpload(exchange, faults, state))) return;

  const version = state.versionFor(faults, attempt);
  const representation = representationOf(state, faults, version);
  if (faults.status !== undefined && faults.status !== 200)
    return answerStatus(exchange, faults, representation);

  const precondition = checkPreconditions(exchange.request.headers, exchange.entry.method, representation);
  if (precondition) return answerStatus(exchange, { ...faults, status: precondition }, representation);
  await answerBody(exchange, faults, state, representation);
}

function carriesBody({ entry }: Exchange): boolean {
  return !['GET', 'HEAD', 'OPTIONS', 'DELETE'].includes(entry.method);
}

function answerStatus(exchange: Exchange, faults: Faults, representation: Representation): void {
  const status = faults.status ?? 200;
  const headers = { ...commonHeaders(exchange, faults), ...(status < 400 ? validators(representation) : {}) };
  if (faults.retryAfter !== undefined) headers['Retry-After'] = retryAfter(faults.retryAfter);
  const bodyless = status === 204 || status === 205 || status === 304;
  const body = bodyless ? '' : `The fault server was asked to answer ${status}.\n`;
  if (!bodyless) headers['Content-Length'] = Buffer.byteLength(body);
  // Unlike 204 and 304, a 205 says that it is empty.
  if (status === 205) headers['Content-Length'] = 0;
  exchange.head(status, {
    ...headers,
    ...(bodyless ? {} : { 'Content-Type': 'text/plain' }),
    ...extra(faults),
  });
  exchange.end(body === '' ? undefined : body);
}

async function answerBody(
  exchange: Exchange,
  faults: Faults,
  state: ResourceState,
  representation: Representation,
): Promise<void> {
  const range = chooseRange(exchange, faults, representation);
  if (range === 'unsatisfiable') return answerUnsatisfiable(exchange, faults, representation);
  // Like real servers, no range of an encoded body: who asks for one gets it of the identity.
  const { headers: asked } = exchange.request;
  const identity =
    range !== undefined || asked.range !== undefined || asked['accept-encoding'] === 'identity';
  const encoding = identity ? undefined : faults.encoding;
  if (encoding !== undefined) return answerEncoded(exchange, faults, state, representation, encoding);

  const { start, end } = range ?? { start: 0, end: representation.size - 1 };
  const headers = bodyHeaders(exchange, faults, representation);
  const contentRange = range && contentRangeOf(range, representation.size, faults.contentRange);
  if (contentRange !== undefined) headers['Content-Range'] = contentRange;
  if (range) exchange.entry.range = { start, end };
  const length = end + 1 - start;
  frame(exchange, faults, range ? 206 : 200, headers, length);
  if (exchange.entry.method === 'HEAD') return exchange.end();
  const known = faults.length === undefined || faults.length === 'exact' ? length : undefined;
  await deliver(exchange, bytesOf(representation, start, end + 1), known, faults, state);
}

async function answerEncoded(
  exchange: Exchange,
  faults: Faults,
  state: ResourceState,
  representation: Representation,
  encoding: string,
): Promise<void> {
  const etag = etagOfEncoded(representation.etag, encoding);
  const headers = bodyHeaders(exchange, faults, { ...representation, etag });
  headers['Content-Encoding'] = encoding;
  headers.Vary = 'Accept-Encoding';
  const stream = encode(bytesOf(representation, 0, representation.size, 'fresh'), encoding);
  if (faults.length !== 'exact') {
    frame(exchange, { ...faults, length: faults.length ?? 'none' }, 200, headers, 0);
    if (exchange.entry.method === 'HEAD') return exchange.end();
    return deliver(exchange, stream, undefined, faults, state);
  }
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  const whole = Buffer.concat(parts);
  frame(exchange, faults, 200, headers, whole.length);
  if (exchange.entry.method === 'HEAD') return exchange.end();
  await deliver(exchange, one(whole), whole.length, faults, state);
}

async function* one(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk;
}

function chooseRange(
  exchange: Exchange,
  faults: Faults,
  representation: Representation,
): ByteRange | 'unsatisfiable' | undefined {
  const { size } = representation;
  const { headers, method } = exchange.request;
  if (method !== 'GET') return undefined;
  if (headers.range === undefined)
    return faults.unasked206 === undefined ? undefined : unaskedRange(faults.unasked206, size);
  if (faults.ranges === 'ignore' || faults.ranges === 'none') return undefined;
  if (faults.ifRange === 'honour' && !ifRangeMatches(headers['if-range']?.toString(), representation))
    return undefined;
  if (faults.unsatisfiable === 'always') return 'unsatisfiable';
  const range = parseRange(headers.range, size);
  if (range === undefined || range === 'unsatisfiable' || faults.rangeMax === undefined) return range;
  return { start: range.start, end: Math.min(range.end, range.start + faults.rangeMax - 1) };
}

/** `1` for all of it, else `a-b`. */
function unaskedRange(value: string, size: number): ByteRange | undefined {
  const range = parseRange(`bytes=${value === '1' ? '0-' : value}`, size);
  return range === 'unsatisfiable' ? undefined : range;
}

function answerUnsatisfiable(exchange: Exchange, faults: Faults, representation: Representation): void {
  const headers = commonHeaders(exchange, faults);
  const contentRange = unsatisfiedRangeOf(representation.size, faults.unsatisfiable);
  if (contentRange !== undefined) headers['Content-Range'] = contentRange;
  const body = 'No byte of that range exists.\n';
  exchange.head(416, {
    ...headers,
    'Content-Type': 'text/plain',
    'Content-Length': body.length,
    ...extra(faults),
  });
  exchange.end(body);
}

function bodyHeaders(exchange: Exchange, faults: Faults, representation: Representation): Headers {
  const headers = { ...commonHeaders(exchange, faults), ...validators(representation) };
  headers['Content-Type'] = representation.type;
  if (faults.ranges !== 'hidden') headers['Accept-Ranges'] = faults.ranges === 'none' ? 'none' : 'bytes';
  return headers;
}

function commonHeaders(exchange: Exchange, faults: Faults): Headers {
  exchange.response.sendDate = false;
  return {
    ...corsHeaders(faults.cors, exchange.request.headers.origin),
    ...(faults.date === 'none' ? {} : { Date: new Date(Date.now() - faults.date * 1000).toUTCString() }),
    'Cache-Control': 'no-store',
  };
}

function validators({ etag, lastModified }: Representation): Headers {
  return {
    ...(etag === undefined ? {} : { ETag: etag }),
    ...(lastModified === undefined ? {} : { 'Last-Modified': new Date(lastModified).toUTCString() }),
  };
}

/** Says how the body ends: by a length, by a last chunk, or with the connection. */
function frame(exchange: Exchange, faults: Faults, status: number, headers: Headers, length: number): void {
  const framed = { ...headers };
  if (faults.length === undefined || faults.length === 'exact') framed['Content-Length'] = length;
  exchange.head(status, { ...framed, ...extra(faults) });
  // Having removed this header before it was there, Node ends the body with the connection.
  if (faults.length === 'close') exchange.response.removeHeader('Transfer-Encoding');
}

function extra(faults: Faults): Headers {
  return Object.fromEntries(faults.headers);
}

/** Seconds as they are; `date:<seconds>` as the date in so many seconds. */
function retryAfter(value: string): string {
  const match = /^date:(\d+)$/.exec(value);
  return match ? new Date(Date.now() + Number(match[1]) * 1000).toUTCString() : value;
}
