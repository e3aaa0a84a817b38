import { countBytes, prefixLength } from '../model/byte-ranges.ts';
import { getHeader } from '../model/header-list.ts';
import type { ResponseData, ResponseHead, UnsettledRecord } from '../model/record.ts';
import { withResponse } from '../model/transitions.ts';
import type { NetworkResponse } from '../ports.ts';
import type { Attempt } from '../transfer/attempt.ts';
import { assessCleanEnd, hasNullBody } from '../transfer/body-completeness.ts';
import { BodySink } from '../transfer/body-sink.ts';
import { getStrongETag } from '../transfer/choose-validator.ts';
import { parseLength, parseUnsatisfiedRange } from '../transfer/content-range.ts';
import type { Job } from '../transfer/job.ts';
import { allowsParallelRanges } from '../transfer/parallel-ranges.ts';
import type { AttemptPlan, Lessons } from '../transfer/plan-attempt.ts';
import {
  chooseDelay,
  countAttempt,
  isRetryableMethod,
  isRetryableStatus,
  parseRetryAfter,
} from '../transfer/retry-schedule.ts';
import { type BodyEnd, receiveBody } from './receive-body.ts';
import { asWhole, continued, newResponseData, readStoredBytes } from './response-data.ts';
import { isOkStatus, settleABody } from './settle-a-body.ts';
import { validateAPartialResponse } from './validate-a-partial-response.ts';

/** What an attempt came to. */
export type AttemptOutcome =
  | { readonly kind: 'settled' }
  /** Another attempt is due at once: it asks for something else. */
  | { readonly kind: 'again' }
  /** Another attempt may follow, by the rules for retries. */
  | { readonly kind: 'failed'; readonly answered: boolean; readonly retryAfter: number | null };

export interface Exchange {
  readonly job: Job;
  readonly index: number;
  readonly attempt: Attempt;
  readonly plan: AttemptPlan;
  readonly response: NetworkResponse;
  readonly lessons: Lessons;
  readonly sentIfRange: boolean;
  /** Gives this record's place among those that transfer to the next one. */
  readonly release: () => void;
}

export const settledOutcome: AttemptOutcome = { kind: 'settled' };
export const again: AttemptOutcome = { kind: 'again' };
export const cutOff: AttemptOutcome = { kind: 'failed', answered: true, retryAfter: null };

/**
 * Process response of the fetch that completes a record.
 * https://wicg.github.io/background-fetch/#complete-a-record-algorithm
 */
export async function processResponse(exchange: Exchange): Promise<AttemptOutcome> {
  const { job, index, plan, response, lessons } = exchange;
  const { status } = response.head;
  if (status === 206 && plan.kind === 'rest') return await processRest(exchange, plan);
  if (status === 206 && plan.kind === 'identity') return await processIdentity(exchange);
  if (status === 206 && getHeader(job.record(index).request.headers, 'range') === null) {
    await discardBody(response);
    await job.settle(index, 'fetch-error');
    return settledOutcome;
  }
  if (status === 416 && plan.kind === 'rest') return await processUnsatisfied(exchange, plan.position);
  if (status === 416 && plan.kind === 'identity') {
    // nothing from byte 0 on: the resource is empty
    await discardBody(response);
    lessons.plain = true;
    return again;
  }
  if (mayComeLater(job, index, response.head)) {
    await discardBody(response);
    return comesLater(job, response.head);
  }
  if (lessons.proveEnd && plan.kind === 'rest' && (await proveEndByWhole(exchange))) return settledOutcome;
  return await processWhole(exchange);
}

/** Whether the status promises that a later attempt may do better, and there is one left. */
export function mayComeLater(job: Job, index: number, { status }: ResponseHead): boolean {
  const { request, retries } = job.record(index);
  if (!isRetryableStatus(status) || !isRetryableMethod(request.method)) return false;
  return chooseDelay(countAttempt(retries, true, 0), job.workshop.options.retry, 0, null) !== null;
}

/** An attempt that failed for now, and the server may have said for how long. */
export function comesLater(job: Job, { headers }: ResponseHead): AttemptOutcome {
  const now = job.workshop.ports.clock.now();
  return {
    kind: 'failed',
    answered: true,
    retryAfter: parseRetryAfter(getHeader(headers, 'retry-after'), now),
  };
}

/** A response that stands for the whole resource: takes the place of any before it. */
async function processWhole(exchange: Exchange): Promise<AttemptOutcome> {
  const { job, index, response } = exchange;
  const { head, coding } = response;
  const { method } = job.record(index).request;
  const empty = hasNullBody(head.status, method);
  const contentLength = parseLength(getHeader(head.headers, 'content-length'));
  const length = empty ? 0 : coding === 'identity' ? contentLength : null;
  const now = job.workshop.ports.clock.now();
  const data = newResponseData(job.record(index), head, now, {
    coding,
    length,
    lengthProven: length !== null,
  });
  return await receiveWhole(exchange, data);
}

/** The answer to `bytes=0-`: the whole resource, or its first part. */
async function processIdentity(exchange: Exchange): Promise<AttemptOutcome> {
  const { job, index, response } = exchange;
  const content = validateAPartialResponse(0, response.head, null, false);
  if (!content) return await refuse(exchange);
  const now = job.workshop.ports.clock.now();
  const data = newResponseData(job.record(index), asWhole(response.head), now, {
    coding: 'identity',
    length: content.completeLength,
    lengthProven: content.rangeShown && content.completeLength !== null,
  });
  return await receiveWhole(exchange, data, content.byteLength);
}

async function receiveWhole(
  exchange: Exchange,
  data: ResponseData,
  partLength: number | null = null,
): Promise<AttemptOutcome> {
  const { job, index, response, lessons } = exchange;
  const { connections, pieceSize } = job.workshop.options;
  const body = response.body;
  const answer = (record: UnsettledRecord): UnsettledRecord =>
    withResponse({ ...record, uploaded: record.uploaded + response.uploaded }, data);
  lessons.startOver = false;
  lessons.proveEnd = false;
  if (exchange.plan.kind !== 'plain') lessons.plain = false;
  const isGet = job.record(index).request.method === 'GET' && data.head.status === 200;
  const parallel = isGet && connections > 1 && !lessons.singleRange;
  if (body && parallel && allowsParallelRanges(data, pieceSize)) {
    await body.cancel().catch(() => {});
    await job.commit(index, answer);
    return again;
  }
  const sink = new BodySink(job, { fetch: job.fetch.key, index, body: data.body }, 0, answer);
  return await receiveInto(exchange, sink, { end: data.length ?? partLength, overlap: null });
}

/** What follows the stored bytes. */
async function processRest(
  exchange: Exchange,
  plan: Extract<AttemptPlan, { kind: 'rest' }>,
): Promise<AttemptOutcome> {
  const { job, index, response, lessons, sentIfRange } = exchange;
  const previous = job.record(index).responseData;
  const { position, overlap } = plan;
  const known = previous !== null && (plan.ifRange !== null || job.record(index).request.integrity !== '');
  const content = validateAPartialResponse(position - overlap, response.head, previous, sentIfRange);
  const partEnd = content?.byteLength == null ? null : position - overlap + content.byteLength;
  const isMore = plan.end !== null && (partEnd === null || partEnd > plan.end);
  if (!content || isMore || !known || previous.coding !== 'identity') {
    // there is more, but of what? a body whose offsets or version are unknown can't be continued
    return await refuse(exchange);
  }
  lessons.proveEnd = false;
  const key = { fetch: job.fetch.key, index, body: previous.body };
  const stored =
    overlap > 0 ? await readStoredBytes(job.workshop.ports.store, key, position - overlap, position) : null;
  const sink = new BodySink(job, key, position, (record) =>
    continued(record, content.completeLength, content.rangeShown),
  );
  return await receiveInto(exchange, sink, { end: partEnd ?? previous.length, overlap: stored });
}

/** `bytes=N-` can't be satisfied: there is nothing after the stored bytes. */
async function processUnsatisfied(exchange: Exchange, position: number): Promise<AttemptOutcome> {
  const { job, index, response, lessons } = exchange;
  await discardBody(response);
  const shown = getHeader(response.head.headers, 'content-range');
  const completeLength = parseUnsatisfiedRange(shown);
  const data = job.record(index).responseData;
  const confirmed = lessons.proveEnd || (data?.length ?? null) === null || data?.length === position;
  if (confirmed && (shown === null || completeLength === position)) {
    lessons.proveEnd = false;
    return (await settleABody(job, index, null, lessons)) ? settledOutcome : again;
  }
  return startOver(exchange);
}

/**
 * Whether the whole, sent although only its end was asked for, shows that the stored body is complete:
 * by its length, or because nothing can show it on such a server.
 */
async function proveEndByWhole(exchange: Exchange): Promise<boolean> {
  const { job, index, response, lessons } = exchange;
  const { data, stored } = storedBody(job, index);
  const length = parseLength(getHeader(response.head.headers, 'content-length'));
  const comparable = response.coding === 'identity' && length !== null;
  if (!data || (isOkStatus(response.head.status) && comparable && length !== stored)) return false;
  const etag = getStrongETag({ ...data, head: response.head });
  if (etag !== null && etag !== getStrongETag(data)) return false;
  await discardBody(response);
  if (!comparable) warnUnverified(exchange, stored);
  lessons.proveEnd = false;
  return await settleABody(job, index, null, lessons);
}

async function receiveInto(
  exchange: Exchange,
  sink: BodySink,
  expected: { readonly end: number | null; readonly overlap: Uint8Array | null },
): Promise<AttemptOutcome> {
  const { job, index, attempt, response, lessons } = exchange;
  let end: BodyEnd;
  try {
    end = response.body ? await receiveBody(job, attempt, response.body, sink, expected) : 'closed';
  } catch (error) {
    // what came before a pause or a stop is not fetched again
    if (job.interruption === 'paused' || job.interruption === 'stopped') await sink.finish();
    else await sink.discard();
    throw error;
  }
  if (end === 'too-long' || end === 'total-exceeded') {
    await sink.discard();
    await job.settle(index, end === 'too-long' ? 'fetch-error' : 'download-total-exceeded');
    return settledOutcome;
  }
  if (end === 'other-version') {
    await sink.discard();
    return startOver(exchange);
  }
  if (end === 'cut') {
    await sink.finish();
    return await afterCut(exchange);
  }
  return await afterCleanEnd(exchange, sink, lessons);
}

async function afterCleanEnd(exchange: Exchange, sink: BodySink, lessons: Lessons): Promise<AttemptOutcome> {
  const { job, index, response } = exchange;
  const { request } = job.record(index);
  const known = await sink.preview();
  const completeness = assessCleanEnd(known, response.signalsTruncation);
  if (completeness === 'complete') {
    letNextStart(exchange);
    return (await settleABody(job, index, sink, lessons)) ? settledOutcome : again;
  }
  const provable = request.method === 'GET' && known.head.status === 200;
  if (completeness === 'unproven' && !provable) {
    if (isOkStatus(known.head.status)) warnUnverified(exchange, countBytes(known.stored));
    return (await settleABody(job, index, sink, lessons)) ? settledOutcome : again;
  }
  await sink.finish();
  if (completeness === 'unproven') {
    lessons.proveEnd = true;
    return again;
  }
  return await afterCut(exchange);
}

/**
 * The network is free while the last bytes become durable, and small records share a transaction only if several wait
 * for one. What is received and not yet durable stays below one checkpoint all the same.
 */
function letNextStart({ job, index, release }: Exchange): void {
  const { integrity } = job.record(index).request;
  if (integrity === '' && job.pendingBytes < job.workshop.options.checkpointSize) release();
}

/** A body that ended too early: it may be continued, if the method allows to ask again. */
async function afterCut({ job, index }: Exchange): Promise<AttemptOutcome> {
  if (isRetryableMethod(job.record(index).request.method)) return cutOff;
  await job.settle(index, 'fetch-error');
  return settledOutcome;
}

async function refuse(exchange: Exchange): Promise<AttemptOutcome> {
  await discardBody(exchange.response);
  return startOver(exchange);
}

/** The stored bytes and the resource are not one version, or can't be shown to be: the next body starts from 0. */
function startOver({ lessons }: Exchange): AttemptOutcome {
  lessons.startOver = true;
  lessons.proveEnd = false;
  return cutOff;
}

async function discardBody(response: NetworkResponse): Promise<void> {
  await response.body?.cancel().catch(() => {});
}

function storedBody(job: Job, index: number): { data: ResponseData | null; stored: number } {
  const data = job.record(index).responseData;
  return { data, stored: data ? prefixLength(data.stored) : 0 };
}

function warnUnverified({ job, index, response }: Exchange, stored: number): void {
  job.workshop.ports.log.warn(
    `${job.record(index).request.url}: the ${stored} bytes received are accepted unverified; the server ` +
      `(status ${response.head.status}) gives neither a length nor ranges, and this browser reports cut bodies as whole.`,
  );
}
