import type { OutgoingHttpHeaders } from 'node:http';
import { contentOf } from './content.ts';
import { encode } from './encodings.ts';
import type { Exchange } from './exchange.ts';
import { type Faults, numberOf, UnknownFault } from './faults.ts';
import { contentHeaders, retryAfter, setCommonHeaders } from './headers.ts';
import type { KeyState } from './key-state.ts';
import { type ByteRange, contentRange, emptyRange, requestedRange, unsatisfiedRange } from './ranges.ts';
import { type Origins, redirects } from './redirects.ts';
import { sendBody } from './sending.ts';
import { ifRangeMatches, isNotModified, type Validators, validatorsOf } from './validators.ts';
import { sendByHand } from './wire.ts';

/** What the answer to a resource's request depends on besides the request. */
export interface ResourceContext {
  readonly faults: Faults;
  readonly state: KeyState;
  readonly origins: Origins;
  readonly startedAt: number;
}

/** Answers a GET or HEAD of a resource as its faults say. */
export async function answerResource(exchange: Exchange, context: ResourceContext): Promise<void> {
  const { faults, state, origins } = context;
  if (!(await exchange.preface(faults, state))) {
    return;
  }
  setCommonHeaders(exchange, faults);
  if (redirects(exchange, faults, state, origins)) {
    return;
  }
  const refusedRange = exchange.request.headers.range === undefined ? undefined : faults.rangestatus;
  const status = Number(refusedRange ?? faults.status ?? 200);
  if (status !== 200) {
    await answerStatus(exchange, context, status);
    return;
  }
  await answerContent(exchange, context);
}

async function answerStatus(
  exchange: Exchange,
  { faults, state }: ResourceContext,
  status: number,
): Promise<void> {
  const common = retryAfter(faults);
  if (status === 204 || status === 205 || status === 304) {
    exchange.sendHead(status, status === 205 ? { ...common, 'Content-Length': 0 } : common);
    exchange.response.end();
    return;
  }
  const text = Buffer.from(`This is a response of status ${status}.\n`);
  exchange.sendHead(status, { ...common, 'Content-Type': 'text/plain', 'Content-Length': text.length });
  await sendUnlessHead(exchange, [text], faults, state);
}

async function answerContent(exchange: Exchange, context: ResourceContext): Promise<void> {
  const { faults, state, startedAt } = context;
  const { headers } = exchange.request;
  const key = exchange.entry.key ?? '';
  const version = versionOf(context, exchange.entry.attempt ?? 1);
  const content = await contentOf({ key, version, size: sizeOf(faults) }, faults, state);
  const { size } = content;
  const validators = validatorsOf(key, version, faults, { origin: exchange.url.origin, startedAt });
  const common = contentHeaders(validators, faults);
  const range = rangeToSend(exchange, size, validators, faults);
  if (content.encoding !== undefined) {
    common['Content-Encoding'] = content.encoding;
  }
  if (range === 'unsatisfiable') {
    answerUnsatisfiable(exchange, common, size, faults);
    return;
  }
  if (range === null && isNotModified(headers, validators)) {
    exchange.sendHead(304, common);
    exchange.response.end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const status = range ? Number(faults.partstatus ?? 206) : 200;
  if (range) {
    exchange.note({ range });
    const value = contentRange(range, size, faults);
    if (value !== undefined) {
      common['Content-Range'] = value;
    }
  }
  if (faults.wire !== undefined) {
    const bytes = content.slice(start, end + 1);
    await sendByHand(exchange, faults.wire, common, { status, size: end - start + 1, bytes });
    return;
  }
  // Servers that compress on the fly leave ranges alone: they are ranges of the identity.
  const onTheFly = content.encoding === undefined && headers.range === undefined;
  const encoding = onTheFly ? faults.encoding : undefined;
  if (encoding) {
    common['Content-Encoding'] = encoding;
    common.Vary = 'Accept-Encoding';
  }
  frame(exchange, common, faults, encoding && encoding !== 'x-unknown' ? undefined : end - start + 1);
  exchange.sendHead(status, common);
  const bytes = content.slice(start, end + 1);
  const withheldFrom = numberOf(faults.withhold);
  const withheld = withheldFrom !== undefined && withheldFrom <= end;
  const sent = withheld ? { ...faults, stall: String(Math.max(0, withheldFrom - start)) } : faults;
  await sendUnlessHead(exchange, encoding ? encode(bytes, encoding) : bytes, sent, state);
}

function answerUnsatisfiable(
  exchange: Exchange,
  common: OutgoingHttpHeaders,
  size: number,
  faults: Faults,
): void {
  const isEmptyPart = faults.unsatisfied?.endsWith('empty');
  exchange.sendHead(isEmptyPart ? 206 : 416, {
    ...common,
    'Content-Range': isEmptyPart ? emptyRange(size) : unsatisfiedRange(size, faults),
    'Content-Length': 0,
  });
  exchange.response.end();
}

function rangeToSend(
  exchange: Exchange,
  size: number,
  validators: Validators,
  faults: Faults,
): ByteRange | 'unsatisfiable' | null {
  const { headers, method } = exchange.request;
  const most = Number(faults.partial ?? size);
  if (headers.range === undefined && faults.unasked206 !== undefined && size > 0) {
    return { start: 0, end: Math.min(most, size) - 1 };
  }
  if (faults.ranges === 'ignore' || method !== 'GET') {
    return null;
  }
  if (headers.range !== undefined && faults.unsatisfied?.startsWith('always')) {
    return 'unsatisfiable';
  }
  const ifRange = headers['if-range'];
  if (ifRange !== undefined && faults.ifrange === 'whole') {
    return null;
  }
  if (
    faults.ifrange !== 'ignore' &&
    !ifRangeMatches(Array.isArray(ifRange) ? ifRange[0] : ifRange, validators, Date.now())
  ) {
    return null;
  }
  const range = requestedRange(headers.range, size);
  return range === null || range === 'unsatisfiable'
    ? range
    : { start: range.start, end: Math.min(range.end, range.start + most - 1) };
}

/** Decides how the end of the body is told: by its length, by chunks, or by the end of the connection. */
function frame(
  exchange: Exchange,
  headers: OutgoingHttpHeaders,
  faults: Faults,
  length: number | undefined,
): void {
  if (faults.length === 'close') {
    exchange.response.useChunkedEncodingByDefault = false;
    headers.Connection = 'close';
  } else if (length !== undefined && faults.length !== 'none' && faults.endchunk === undefined) {
    headers['Content-Length'] = length;
  }
}

async function sendUnlessHead(
  exchange: Exchange,
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  faults: Faults,
  state: KeyState,
): Promise<void> {
  if (exchange.request.method === 'HEAD') {
    exchange.response.end();
  } else {
    await sendBody(exchange, bytes, faults, state);
  }
}

function sizeOf(faults: Faults): number {
  if (faults.size === undefined) {
    throw new UnknownFault('The resource has no size: add "size", in bytes, to its URL.');
  }
  return Number(faults.size);
}

function versionOf({ faults, state }: ResourceContext, attempt: number): number {
  const version = state.version ?? Number(faults.version ?? 1);
  return faults.swap !== undefined && attempt >= Number(faults.swap) ? version + 1 : version;
}
