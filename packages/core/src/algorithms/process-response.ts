import { countBytes, prefixLength } from '../model/byte-ranges.ts';
import { getHeader } from '../model/header-list.ts';
import type { ResponseData, ResponseHead, UnsettledRecord } from '../model/record.ts';
import { nextBody, storedLength, withResponse } from '../model/transitions.ts';
import type { NetworkResponse } from '../ports.ts';
import type { Attempt } from '../transfer/attempt.ts';
import type { AttemptPlan, RestPlan } from '../transfer/attempt-plan.ts';
import { assessCleanEnd, hasNullBody } from '../transfer/body-completeness.ts';
import { BodySink } from '../transfer/body-sink.ts';
import { getStrongETag } from '../transfer/choose-validator.ts';
import { parseLength, parseUnsatisfiedRange } from '../transfer/content-range.ts';
import { allowsParallelRanges } from '../transfer/parallel-ranges.ts';
import { isResumable } from '../transfer/plan-attempt.ts';
import {
  chooseDelay,
  countAttempt,
  type Failure,
  isRetryableMethod,
  isRetryableStatus,
  parseRetryAfter,
} from '../transfer/retry-schedule.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { type Expectation, receiveBody } from './receive-body.ts';
import { asWhole, continued, joinBytes, readStoredBytes } from './response-data.ts';
import { isOkStatus, settleABody } from './settle-a-body.ts';
import { validateAPartialResponse } from './validate-a-partial-response.ts';

export interface Exchange {
  readonly transfer: Transfer;
  readonly attempt: Attempt;
  readonly plan: AttemptPlan;
  readonly response: NetworkResponse;
  readonly sentIfRange: boolean;
  /** Whether it is for one of several ranges. */
  readonly parallel: boolean;
  /** Gives this record's place among those that transfer to the next one. */
  readonly release: () => void;
}

const cutOff: Failure = { answered: true, retryAfter: 0 };

/**
 * Process response of the fetch that completes a record. Resolves with nothing if the record is settled, or if
 * another attempt, for something else, is due at once.
 * https://wicg.github.io/background-fetch/#complete-a-record-algorithm
 */
export async function processResponse(exchange: Exchange): Promise<Failure | undefined> {
  try {
    return await process(exchange);
  } finally {
    // of what was not received to its end; a body that has ended knows nothing of it
    exchange.response.body?.cancel().catch(() => {});
  }
}

async function process(exchange: Exchange): Promise<Failure | undefined> {
  const { transfer, plan, response } = exchange;
  const { lessons, record } = transfer;
  const { status } = response.head;
  const later = temporaryFailure(transfer, response.head);
  if (later) return later;
  if (status === 206 && plan.kind === 'rest') return await processRest(exchange, plan);
  if (exchange.parallel) return refuse(exchange);
  if (status === 206 && plan.kind === 'identity') return await processIdentity(exchange);
  if (status === 206 && getHeader(record.request.headers, 'range') === null) {
    return await transfer.settle('fetch-error');
  }
  if (status === 416 && plan.kind === 'rest') return await processUnsatisfied(exchange, plan.position);
  if (status === 416 && plan.kind === 'identity') {
    // nothing from byte 0 on: the resource is empty
    lessons.plain = true;
    return undefined;
  }
  if (lessons.proveEnd && plan.kind === 'rest' && provesEndByWhole(exchange)) {
    lessons.proveEnd = false;
    return await settleABody(transfer);
  }
  return await processWhole(exchange);
}

/** The failure that a status stands for which may not come again, if there is an attempt left to see. */
function temporaryFailure(transfer: Transfer, { status, headers }: ResponseHead): Failure | undefined {
  const { request, retries } = transfer.record;
  if (!isRetryableStatus(status) || !isRetryableMethod(request.method)) return undefined;
  if (chooseDelay(countAttempt(retries, true, 0), transfer.options.retry, 0, 0) === null) return undefined;
  const retryAfter = parseRetryAfter(getHeader(headers, 'retry-after'), transfer.ports.clock.now());
  return { answered: true, retryAfter };
}

/** A response that stands for the whole resource: takes the place of any before it. */
async function processWhole(exchange: Exchange): Promise<Failure | undefined> {
  const { head, coding } = exchange.response;
  const { method } = exchange.transfer.record.request;
  const contentLength = parseLength(getHeader(head.headers, 'content-length'));
  const identityLength = coding === 'identity' ? contentLength : null;
  const length = hasNullBody(head.status, method) ? 0 : identityLength;
  return await receiveWhole(exchange, { head, coding, length, lengthProven: true }, length);
}

/** The answer to `bytes=0-`: the whole resource, or its first part. */
async function processIdentity(exchange: Exchange): Promise<Failure | undefined> {
  const head = asWhole(exchange.response.head);
  const content = validateAPartialResponse(0, exchange.response.head, null, false);
  if (!content) return refuse(exchange);
  const { byteLength, completeLength: length, rangeShown: lengthProven } = content;
  return await receiveWhole(
    exchange,
    { head, coding: 'identity', length, lengthProven },
    length ?? byteLength,
  );
}

async function receiveWhole(
  exchange: Exchange,
  known: Pick<ResponseData, 'head' | 'coding' | 'length' | 'lengthProven'>,
  end: number | null,
): Promise<Failure | undefined> {
  const { transfer, response, plan } = exchange;
  const { lessons, options, record } = transfer;
  const body = nextBody(record);
  const receivedAt = transfer.ports.clock.now();
  const data: ResponseData = { ...known, body, receivedAt, stored: [], responses: 1 };
  const answer = (current: UnsettledRecord): UnsettledRecord =>
    withResponse({ ...current, uploaded: current.uploaded + response.uploaded }, data);
  lessons.startOver = false;
  lessons.proveEnd = false;
  if (plan.kind !== 'plain') lessons.plain = false;
  const parallel = isResumable(record.request, data) && options.connections > 1 && !lessons.singleRange;
  if (response.body && parallel && allowsParallelRanges(data, options.pieceSize)) {
    return await transfer.commit(answer);
  }
  // bytes that are dropped must not count against downloadTotal while others take their place
  const drops = storedLength(record) > 0;
  if (drops) await transfer.commit(answer);
  const sink = new BodySink(transfer, body, 0, drops ? null : answer);
  return await receiveInto(exchange, sink, { end, overlap: new Uint8Array() });
}

/** What follows the stored bytes. */
async function processRest(exchange: Exchange, plan: RestPlan): Promise<Failure | undefined> {
  const { transfer, response } = exchange;
  const { request, responseData: previous } = transfer.record;
  const { position, overlap } = plan;
  const start = position - overlap;
  const content = validateAPartialResponse(start, response.head, previous, exchange.sentIfRange);
  const partEnd = content?.byteLength == null ? null : start + content.byteLength;
  const isMore = plan.end !== null && (partEnd === null || partEnd > plan.end);
  const known = plan.ifRange !== null || request.integrity !== '';
  // there is more, but of what? a body whose offsets or version are unknown can't be continued
  if (!content || isMore || !known || previous?.coding !== 'identity') return refuse(exchange);
  transfer.lessons.proveEnd = false;
  const { completeLength, rangeShown } = content;
  const { store } = transfer.ports;
  const key = transfer.bodyKey(previous.body);
  const stored = await joinBytes(readStoredBytes(store, key, start, position), overlap);
  const sink = new BodySink(transfer, previous.body, position, (record) =>
    continued(record, completeLength, rangeShown),
  );
  return await receiveInto(exchange, sink, { end: partEnd ?? previous.length, overlap: stored });
}

/** `bytes=N-` can't be satisfied: there is nothing after the stored bytes, unless it is another version that is shorter. */
async function processUnsatisfied(exchange: Exchange, position: number): Promise<Failure | undefined> {
  const { transfer, response, sentIfRange } = exchange;
  const { lessons, ports } = transfer;
  const { request, responseData: data } = transfer.record;
  const shown = getHeader(response.head.headers, 'content-range');
  // hidden from a cross-origin reader; another one is told by a server that means it
  const mayBeHidden = lessons.proveEnd || !ports.network.sendsIfRange(request.url);
  const isEnd = shown === null ? mayBeHidden : parseUnsatisfiedRange(shown) === position;
  const etag = getStrongETag(response.head);
  const isOther = etag !== null && etag !== (data && getStrongETag(data.head));
  const isSame = etag !== null || (sentIfRange && shown !== null);
  const isLength = (data?.length ?? position) === position;
  if (!isEnd || isOther || !isLength || !(isSame || lessons.proveEnd)) return refuse(exchange);
  if (!isSame) warnUnverified(transfer, position);
  lessons.proveEnd = false;
  return await settleABody(transfer);
}

/**
 * Whether the whole, sent although only its end was asked for, shows that the stored body is complete:
 * by its length, or because nothing can show it on such a server.
 */
function provesEndByWhole({ transfer, response }: Exchange): boolean {
  const data = transfer.record.responseData;
  if (!data) return false;
  const stored = prefixLength(data.stored);
  const length = parseLength(getHeader(response.head.headers, 'content-length'));
  const comparable = response.coding === 'identity' && length !== null;
  // an access that has expired since says nothing of what came before it
  if (!isOkStatus(response.head.status) || (comparable && length !== stored)) return false;
  const etag = getStrongETag(response.head);
  if (etag !== null && etag !== getStrongETag(data.head)) return false;
  if (!comparable) warnUnverified(transfer, stored);
  return true;
}

async function receiveInto(
  exchange: Exchange,
  sink: BodySink,
  { end: expectedEnd, overlap }: Omit<Expectation, 'atOnce'>,
): Promise<Failure | undefined> {
  const { transfer, attempt, plan, response, parallel } = exchange;
  const { lessons, options } = transfer;
  const length = (expectedEnd ?? Number.POSITIVE_INFINITY) - sink.position;
  const atOnce = parallel && lessons.fast === true && length <= options.checkpointSize;
  const expected = { end: expectedEnd, overlap, atOnce };
  const end = await receiveBody(transfer.job, attempt, response, sink, expected);
  const tooLong = end === 'too-long';
  if (tooLong || end === 'other-version' || end === 'total-exceeded') {
    await sink.discard();
    if (end === 'total-exceeded') return await transfer.settle('download-total-exceeded');
    return tooLong && !parallel ? await transfer.settle('fetch-error') : refuse(exchange);
  }
  const isPart = plan.kind === 'rest' && plan.end === sink.position;
  if (end === 'closed' && !isPart) return await afterCleanEnd(exchange, sink);
  await sink.finish();
  return end === 'closed' ? undefined : await afterCut(transfer);
}

async function afterCleanEnd(exchange: Exchange, sink: BodySink): Promise<Failure | undefined> {
  const { transfer, response } = exchange;
  const known = await sink.preview();
  // a part that tells no total may be followed by another one
  const showsEnd = exchange.plan.kind === 'plain' || response.head.status !== 206;
  const completeness = assessCleanEnd(known, showsEnd && response.signalsTruncation);
  const provable = isResumable(transfer.record.request, known);
  if (completeness === 'complete') letNextStart(exchange);
  else if (completeness === 'short' || provable) {
    await sink.finish();
    if (completeness === 'short') return await afterCut(transfer);
    transfer.lessons.proveEnd = true;
    return undefined;
  } else if (isOkStatus(known.head.status)) warnUnverified(transfer, countBytes(known.stored));
  return await settleABody(transfer, sink);
}

/**
 * The network is free while the last bytes become durable, and small records share a transaction only if several wait
 * for one. What is received and not yet durable stays below one checkpoint all the same.
 */
function letNextStart({ transfer, release }: Exchange): void {
  const { integrity } = transfer.record.request;
  if (integrity === '' && transfer.job.pendingBytes < transfer.options.checkpointSize) release();
}

/** A body that ended too early: it may be continued, if the method allows to ask again. */
async function afterCut(transfer: Transfer): Promise<Failure | undefined> {
  if (isRetryableMethod(transfer.record.request.method)) return cutOff;
  return await transfer.settle('fetch-error');
}

/**
 * The stored bytes and the resource are not one version, or can't be shown to be: the next body starts from 0. If that
 * was found with one of several ranges, a single one decides.
 */
function refuse({ transfer, parallel }: Exchange): Failure | undefined {
  const { lessons } = transfer;
  if (parallel) {
    lessons.singleRange = true;
    return undefined;
  }
  lessons.startOver = true;
  lessons.proveEnd = false;
  return cutOff;
}

function warnUnverified({ ports, record }: Transfer, stored: number): void {
  ports.log.warn(
    `${record.request.url}: its ${stored} bytes are accepted unverified: the server tells no length, the browser no cut`,
  );
}
