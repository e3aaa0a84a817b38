import { prefixLength } from '../model/byte-ranges.ts';
import { getHeader } from '../model/header-list.ts';
import type { ContentCoding, ResponseData, ResponseHead, UnsettledRecord } from '../model/record.ts';
import { hasNullBody, isOkStatus } from '../model/status.ts';
import { confirmed, nextBody, storedLength, withResponse } from '../model/transitions.ts';
import type { NetworkResponse } from '../ports.ts';
import { announcedLength } from '../transfer/announced-length.ts';
import type { Attempt } from '../transfer/attempt.ts';
import { assessCleanEnd, hasServerOffsets, mayEndAt } from '../transfer/body-completeness.ts';
import { BodySink, type RecordChange } from '../transfer/body-sink.ts';
import { parseContentRange } from '../transfer/content-range.ts';
import { continueWith, fromZero, plainFromZero, proveEnd } from '../transfer/course.ts';
import { answered, askAgain, type Outcome, storedOutcome } from '../transfer/outcome.ts';
import { allowsParallelRanges, mightAllowParallelRanges } from '../transfer/parallel-ranges.ts';
import type { Place } from '../transfer/place.ts';
import { isResumable, type RequestPlan } from '../transfer/plan-attempt.ts';
import { isRetryableMethod } from '../transfer/retry-schedule.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { judgeAResponse } from './judge-a-response.ts';
import { readStoredBytes } from './read-stored-bytes.ts';
import { type Expectation, receiveBody } from './receive-body.ts';
import { asWhole, continued, joinBytes } from './response-data.ts';
import { acceptUnproven, settleABody, warnUnverified } from './settle-a-body.ts';
import type { PartialContent } from './validate-a-partial-response.ts';

/** ms for which the first response at least brings what somebody waits for, alone */
const leadDuration = 300;
/**
 * The first response leads for this many times as long as its server took to answer: for that long nothing comes when
 * further requests are made.
 */
const leadAnswers = 4;

/** A request that was sent, and its response. */
export interface Exchange {
  readonly transfer: Transfer;
  readonly attempt: Attempt;
  readonly place: Place;
  readonly plan: RequestPlan;
  readonly response: NetworkResponse;
  readonly sentIfRange: boolean;
  /** Whether it is for one of several ranges. */
  readonly parallel: boolean;
}

/**
 * Process response of the fetch that completes a record.
 * https://wicg.github.io/background-fetch/#complete-a-record-algorithm
 */
export async function processResponse(exchange: Exchange): Promise<Outcome> {
  try {
    return await process(exchange);
  } finally {
    // a body that was not received to its end is given up; one that has ended ignores it
    exchange.response.body?.cancel().catch(() => {});
  }
}

async function process(exchange: Exchange): Promise<Outcome> {
  const { transfer, plan, response, sentIfRange, parallel } = exchange;
  const { course, record, ports } = transfer;
  const readsAll = transfer.sendsIfRange;
  const integrity =
    record.request.integrity || (ports.promisedIntegrity?.(record.request, record.responseData) ?? '');
  const meaning = judgeAResponse({ record, course, plan, response, sentIfRange, integrity, readsAll });
  switch (meaning.kind) {
    case 'whole':
      // several connections got this answer to a part; one request for all that is missing decides
      return parallel ? askAgain(continueWith(course, 'single')) : await processWhole(exchange);
    case 'first-part':
      return await processFirstPart(exchange, meaning.content);
    case 'part':
      return await processPart(exchange, meaning.content);
    case 'end':
      if (parallel) return askAgain(continueWith(course, 'single'));
      return await (meaning.isVerified ? settleABody(transfer) : acceptUnproven(transfer));
    case 'more':
      return askAgain(continueWith(course, course.ranges));
    case 'same-whole':
      return askAgain(continueWith(course, parallel ? 'single' : 'unconditional'));
    case 'ambiguous':
      if (parallel) return beginAgain(exchange);
      doubt(exchange);
      // the plain request decides, but not at once again and again
      if (course.goal === 'prove-end') return answered('cut', response.head.status, 0, plainFromZero);
      return askAgain(fromZero(course));
    case 'works':
      return askAgain(continueWith(course, 'last'));
    case 'refused':
      transfer.doubt = `its ranges are refused (status ${response.head.status})`;
      return askAgain(parallel ? continueWith(course, 'single') : plainFromZero);
    case 'other':
      return beginAgain(exchange);
    case 'unusable':
      return answered('cut', response.head.status, 0, course);
    case 'unasked':
      transfer.tell('foreign');
      return await transfer.settle('fetch-error');
    default:
      return meaning satisfies never;
  }
}

/**
 * The stored bytes and the resource are not one version, or can't be shown to be: the next body starts from 0. If that
 * was found with one of several ranges, a single one decides.
 */
function beginAgain(exchange: Exchange): Outcome {
  const { transfer, response, parallel } = exchange;
  const { course, record } = transfer;
  if (parallel) return askAgain(continueWith(course, 'single'));
  doubt(exchange);
  // a body that was asked for without a range may have been coded, which is nobody's failure
  if (record.responseData?.coding === 'unknown' && course.ranges !== 'none')
    return askAgain(fromZero(course));
  return answered('cut', response.head.status, 0, fromZero(course));
}

/** Notes what does not fit together. */
function doubt({ transfer, response }: Exchange): void {
  const stored = transfer.record.responseData;
  if (stored) transfer.doubt = `${describe(response.head)} does not continue ${describe(stored.head)}`;
}

/** A text that tells versions and parts apart. */
function describe({ status, url, headers }: ResponseHead): string {
  const told = ['etag', 'last-modified', 'content-range', 'content-length'].flatMap((name) => {
    const value = getHeader(headers, name);
    return value === null ? [] : [`${name}: ${value}`];
  });
  return [`status ${status} of ${url.replace(/[?#].*/s, '')}`, ...told].join(', ');
}

/** A response that stands for the whole resource: takes the place of any before it. */
async function processWhole(exchange: Exchange): Promise<Outcome> {
  const { head, coding } = exchange.response;
  const lengthProven = coding !== 'assumed';
  const { method } = exchange.transfer.record.request;
  const identityLength = hasServerOffsets(coding)
    ? (announcedLength(head.headers) ?? partLength(head))
    : null;
  const length = hasNullBody(head.status, method) ? 0 : identityLength;
  return await receiveWhole(exchange, { head, coding, length, lengthProven }, length);
}

/** The answer to `bytes=0-`: the whole resource, or its first part. */
async function processFirstPart(exchange: Exchange, content: PartialContent): Promise<Outcome> {
  const head = asWhole(exchange.response.head);
  const { byteLength, completeLength: length, rangeShown: lengthProven } = content;
  const coding = exchange.response.coding === 'identity' ? 'identity' : 'assumed';
  return await receiveWhole(exchange, { head, coding, length, lengthProven }, length ?? byteLength);
}

/** bytes of the range that an author asked for; null where it is none, or nothing says it */
function partLength({ status, headers }: ResponseHead): number | null {
  const range = status === 206 ? parseContentRange(getHeader(headers, 'content-range') ?? '') : null;
  return range && range.lastBytePos + 1 - range.firstBytePos;
}

async function receiveWhole(
  exchange: Exchange,
  known: Pick<ResponseData, 'head' | 'coding' | 'length' | 'lengthProven'>,
  end: number | null,
): Promise<Outcome> {
  const { transfer, response } = exchange;
  const { course, options, record } = transfer;
  const body = nextBody(record);
  const receivedAt = transfer.ports.clock.now();
  const data: ResponseData = { ...known, body, receivedAt, stored: [], responses: 1 };
  const answer = (current: UnsettledRecord): UnsettledRecord =>
    withResponse({ ...current, uploaded: current.uploaded + response.uploaded }, data);
  transfer.course = continueWith(course, course.ranges);
  const parallel =
    isResumable(record.request, data) && options.connections > 1 && transfer.course.ranges === 'several';
  const isDivided =
    allowsParallelRanges(data, options.pieceSize) || mightAllowParallelRanges(data, options.pieceSize);
  // a reader that waits is not kept waiting for the answers to further requests
  const leads =
    parallel && allowsParallelRanges(data, options.pieceSize) && transfer.demand.duration !== null;
  if (response.body && parallel && isDivided && !leads) {
    await transfer.commit(answer);
    return storedOutcome;
  }
  // bytes that are dropped must not count against downloadTotal while others take their place
  const drops = storedLength(record) > 0;
  if (drops) {
    // a response that is no success takes the place of the body, whose bytes are kept
    if (isOkStatus(data.head.status)) warnOfRestart(transfer);
    await transfer.commit(answer);
  }
  transfer.doubt = null;
  const sink = new BodySink(transfer, body, 0, drops ? null : answer);
  const expected = { end, overlap: new Uint8Array() };
  return await (leads ? receiveLead(exchange, sink, expected) : receiveInto(exchange, sink, expected));
}

/** The beginning of a body that somebody waits for: what follows is fetched in several ranges at a time. */
async function receiveLead(
  exchange: Exchange,
  sink: BodySink,
  expected: Pick<Expectation, 'end' | 'overlap'>,
): Promise<Outcome> {
  const { transfer, attempt, place } = exchange;
  const { clock } = transfer.ports;
  const began = clock.now();
  const duration = Math.max(leadDuration, place.answeredAfter * leadAnswers);
  const cancelTimer = clock.setTimer(duration, () => attempt.abort('yielded'));
  const outcome = await receiveInto(exchange, sink, expected, transfer.options.pieceSize);
  cancelTimer();
  const now = clock.now();
  const { receivedAt = now } = attempt;
  const rate = sink.position / Math.max(receivedAt - began, 1);
  transfer.awaitedPieces.begin(rate, place.answeredAfter + now - receivedAt);
  return outcome;
}

function warnOfRestart({ record, doubt: known, ports }: Transfer): void {
  const why = known ?? 'its server sent the whole';
  ports.log.warn(`${record.request.url}: ${storedLength(record)} bytes are fetched again: ${why}`);
}

/** Processes a part that follows the stored bytes. */
async function processPart(exchange: Exchange, content: PartialContent): Promise<Outcome> {
  const { transfer, plan } = exchange;
  const { responseData: previous } = transfer.record;
  if (!previous || plan.kind !== 'rest') return beginAgain(exchange);
  const { position, overlap } = plan;
  const start = position - overlap;
  const { byteLength, completeLength, rangeShown } = content;
  const partEnd = byteLength === null ? null : start + byteLength;
  const key = transfer.bodyKey(previous.body);
  const stored = await joinBytes(readStoredBytes(transfer.ports.store, key, start, position), overlap);
  const sink = new BodySink(transfer, previous.body, position, (record) =>
    confirmed(continued(record, completeLength, rangeShown)),
  );
  transfer.course = continueWith(transfer.course, transfer.course.ranges);
  return await receiveInto(exchange, sink, { end: partEnd ?? previous.length, overlap: stored });
}

async function receiveInto(
  exchange: Exchange,
  sink: BodySink,
  { end: expectedEnd, overlap }: Pick<Expectation, 'end' | 'overlap'>,
  enough = Number.POSITIVE_INFINITY,
): Promise<Outcome> {
  const { transfer, attempt, plan, response, parallel } = exchange;
  const { options } = transfer;
  const length = (expectedEnd ?? Number.POSITIVE_INFINITY) - sink.position;
  const atOnce = parallel && transfer.isFast && length <= options.checkpointSize;
  // a server still counts a body that only the end of its stream ends
  const announced = announcedLength(response.head.headers);
  const received = (): void => {
    if (announced === length + overlap.length) letNextStart(exchange);
  };
  const expected = { end: expectedEnd, overlap, atOnce, enough, received };
  const end = await receiveBody(transfer.job, attempt, response, sink, expected);
  attempt.receivedAt = transfer.ports.clock.now();
  switch (end) {
    case 'total-exceeded':
      await sink.discard();
      return await transfer.settle('download-total-exceeded');
    case 'too-long':
      await sink.discard();
      transfer.doubt = 'a part was longer than it said';
      transfer.tell('long');
      if (plan.kind === 'plain') return await transfer.settle('fetch-error', 'void');
      // a coding that is hidden makes a part longer than it says, and its bytes are no part of the whole
      return askAgain(plainFromZero);
    case 'other-version':
      await sink.discard();
      if (transfer.record.responseData?.coding === 'identity') return beginAgain(exchange);
      transfer.doubt = 'bytes that came again are others: of another version, or of a coded body';
      return askAgain(
        transfer.record.responseData?.coding === 'unknown' ? fromZero(transfer.course) : plainFromZero,
      );
    case 'cut':
      await sink.finish(learnCoding(exchange, sink, end));
      return await afterCut(exchange);
    case 'closed':
      if (plan.kind === 'rest' && plan.end === sink.position) {
        await sink.finish(learnCoding(exchange, sink, end));
        return storedOutcome;
      }
      if (plan.kind !== 'rest' || expectedEnd === null || sink.position >= expectedEnd) {
        return await afterCleanEnd(exchange, sink);
      }
      // some engines take a cut for an end
      await sink.finish(learnCoding(exchange, sink, end));
      return await afterCut(exchange);
    default:
      return end satisfies never;
  }
}

/** The number of times that a body without a byte comes until it is taken for an empty one. */
const emptyEnds = 3;

/**
 * Whether the whole has ended at the same byte before, where ranges do not work, or without a byte: a cut seldom
 * comes twice at one place.
 */
function endsThereAgain({ transfer, plan, response }: Exchange, position: number): boolean {
  if (position > 0 && plan.kind !== 'plain') return false;
  if (!mayEndAt(position, response.head)) return false;
  const isAgain = transfer.endedAt === position;
  transfer.endedAt = position;
  const { fruitlessAttempts } = transfer.options.retry;
  // a server that is being started may cut headers several times; it is the last attempt that decides
  const isLast = transfer.record.retries.fruitless + 1 >= fruitlessAttempts;
  if (position === 0) return isLast || (isAgain && ++transfer.unprovenEnds >= emptyEnds);
  if (transfer.course.ranges !== 'none') return false;
  return ++transfer.unprovenEnds >= fruitlessAttempts || isAgain;
}

/**
 * Stored bytes that came again, with others after them, show that there is no coding, unless they are the first: a coded
 * body that begins at byte 0 is decoded to the same. So does a part from byte 0 on that has as many bytes as were
 * asked for.
 */
function learnCoding(
  { transfer, plan }: Exchange,
  sink: BodySink,
  bodyEnd: 'cut' | 'closed',
): RecordChange | undefined {
  const { responseData } = transfer.record;
  if (plan.kind !== 'rest' || !responseData || !isHidden(responseData.coding)) return undefined;
  const { position, overlap, end } = plan;
  const cameAgain = overlap > 0 && overlap < position && sink.position > position;
  const isShown = cameAgain || (position === 0 && bodyEnd === 'closed' && sink.position === end);
  if (!isShown) return undefined;
  return (record) => ({
    ...record,
    ...(record.responseData && { responseData: { ...record.responseData, coding: 'identity' } }),
  });
}

function isHidden(coding: ContentCoding): boolean {
  return coding === 'assumed' || coding === 'unknown';
}

async function afterCleanEnd(exchange: Exchange, sink: BodySink): Promise<Outcome> {
  const { transfer, response } = exchange;
  const known = await sink.preview();
  // a part that tells no total may be followed by another one
  const showsEnd = exchange.plan.kind === 'plain' || response.head.status !== 206;
  const completeness = assessCleanEnd(known, showsEnd && response.signalsTruncation);
  switch (completeness) {
    case 'complete':
      letNextStart(exchange);
      return await settleABody(transfer, sink);
    case 'short':
      transfer.tell('short');
      await sink.finish(learnCoding(exchange, sink, 'closed'));
      return await afterCut(exchange);
    case 'unproven':
      if (isResumable(transfer.record.request, known) && !endsThereAgain(exchange, sink.position)) {
        await sink.finish(endUnproven);
        // nothing can be compared by headers that may be cut, too
        if (sink.position === 0) return await afterCut(exchange);
        return askAgain(proveEnd(transfer.course));
      }
      if (isOkStatus(known.head.status)) warnUnverified(transfer, prefixLength(known.stored));
      return await settleABody(transfer, sink);
    default:
      return completeness satisfies never;
  }
}

function endUnproven(record: UnsettledRecord): UnsettledRecord {
  const { responseData } = record;
  return responseData ? { ...record, responseData: { ...responseData, ended: 'unproven' } } : record;
}

/**
 * The network is free while the last bytes become durable, and small records share a transaction only if several wait
 * for one. What is received and not yet durable stays below one checkpoint all the same.
 */
function letNextStart({ transfer, place }: Exchange): void {
  const { integrity } = transfer.record.request;
  if (integrity === '' && transfer.job.pendingBytes < transfer.options.checkpointSize) place.release();
}

/** A body that ended too early: it may be continued, if the method allows to ask again. */
async function afterCut({ transfer, attempt, response }: Exchange): Promise<Outcome> {
  const { course, record } = transfer;
  const isYielded = attempt.ending === 'yielded' || attempt.ending === 'given-up';
  if (attempt.ending === 'stalled') transfer.tell('stall');
  if (isRetryableMethod(record.request.method)) {
    return answered(isYielded ? 'yielded' : 'cut', response.head.status, 0, course);
  }
  return await transfer.settle('fetch-error');
}
