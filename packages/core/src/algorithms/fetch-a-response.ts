import type { StoredRecord } from '../model/record.ts';
import { storedLength } from '../model/transitions.ts';
import type { NetworkRequest, Reachability } from '../ports.ts';
import { type AnswerWait, Attempt, isSilent } from '../transfer/attempt.ts';
import { compare, continueWith, plainFromZero } from '../transfer/course.ts';
import type { Job } from '../transfer/job.ts';
import type { EngineOptions } from '../transfer/options.ts';
import { answered, type Failure, type Outcome, unanswered } from '../transfer/outcome.ts';
import type { Place } from '../transfer/place.ts';
import type { RequestPlan } from '../transfer/plan-attempt.ts';
import { isRetryableMethod } from '../transfer/retry-schedule.ts';
import { TimeLimit } from '../transfer/time-limit.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { changesMediaType } from './changes-media-type.ts';
import { judgeAStatus } from './judge-a-status.ts';
import { processResponse } from './process-response.ts';

/** A request for one of several ranges that are fetched at a time. */
export interface Piece {
  /** Called with the attempt when it begins, so that it can be ended. */
  readonly begun: (attempt: Attempt) => void;
}

/** ms for which an answer shows that a server is there for what may be sent only once */
const knownFor = 1000;

/** Requests for ranges that brought not a byte, after which the plain request shows whether it is the ranges' fault. */
const mostFruitlessRanges = 2;

/**
 * Makes one request of a record's, and processes what comes of it.
 * https://wicg.github.io/background-fetch/#complete-a-record-algorithm, 4. to 12.
 * @param piece null if it is the only request of the record
 */
export async function fetchAResponse(
  transfer: Transfer,
  place: Place,
  plan: RequestPlan,
  piece: Piece | null = null,
): Promise<Outcome> {
  const { record, job } = transfer;
  if (!mayBeRepeated(record)) {
    // the request was sent before a death, and nobody knows what became of it
    if (record.state === 'transferring') return await transfer.settle('fetch-error');
    if (!(await isReachable(transfer, place))) return noAnswer(transfer, place);
    await transfer.commit((current) => ({ ...current, state: 'transferring' }));
  }
  const attempt = new Attempt(job, () => !mayBeRepeated(transfer.record));
  piece?.begun(attempt);
  const before = storedLength(transfer.record);
  try {
    const outcome = await exchange(transfer, place, attempt, plan, piece);
    return considerRanges(transfer, plan, outcome, storedLength(transfer.record) > before);
  } finally {
    attempt.end();
  }
}

async function exchange(
  transfer: Transfer,
  place: Place,
  attempt: Attempt,
  plan: RequestPlan,
  piece: Piece | null,
): Promise<Outcome> {
  const { job, index, ports } = transfer;
  const { network, store } = ports;
  const { request, retries } = transfer.record;
  const body = request.hasBody ? await store.readRequestBody(job.fetch.key, index) : null;
  const headers = rangeHeaders(plan, transfer.sendsIfRange);
  let arrived = (): void => {};
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const answer = answerWait(transfer, place);
  const probe = (signal: AbortSignal): Promise<Reachability> => network.probe(asked, signal);
  const awaited = { progress: { probe }, answer: { answer }, arrival };
  const upload = body && job.workshop.strategies.trackUpload?.(transfer, attempt, body, awaited);
  const asked: NetworkRequest = {
    id: job.fetch.id,
    retries,
    request,
    body,
    upload,
    headers,
    signal: attempt.signal,
    fresh:
      plan.kind !== 'plain' || (request.cache === 'default' && retries.unanswered + retries.fruitless > 0),
  };
  // 11.
  let error: unknown;
  const fetching = network.fetch(asked);
  // a network that tells how far a body is has it watched; else each of its bytes may take 1 ms
  const wait = { allowance: body?.size ?? 0, probe, answer };
  const response = await (upload ? fetching : attempt.receive(fetching, wait)).catch((reason) => {
    error = reason;
    return null;
  });
  arrived();
  attempt.throwIfInterrupted();
  if (!response) return await withoutResponse(transfer, place, attempt, asked, error);
  place.answered(response.multiplexed === true);
  const parallel = piece !== null;
  const failure = judgeAStatus({ transfer, place, parallel }, response);
  if (failure) {
    // a body that nobody reads keeps its connection
    response.body?.cancel().catch(() => {});
    return failure;
  }
  if (transfer.options.mediaTypeChange === 'refuse' && changesMediaType(transfer, response.head)) {
    response.body?.cancel().catch(() => {});
    transfer.tell('media-type');
    return answered('refusal', response.head.status, 0, transfer.course);
  }
  const sentIfRange = 'If-Range' in headers;
  return await processResponse({ transfer, attempt, place, plan, response, sentIfRange, parallel });
}

/**
 * Whether a server is there for a request that may be sent only once: it is not begun where nothing was heard of its
 * server just now. What has begun may have left, whoever dies, and many hosts can't tell of one that failed whether it had.
 */
async function isReachable(
  { ports, origin, job, options, record }: Transfer,
  place: Place,
): Promise<boolean> {
  const { network, clock, connectivity } = ports;
  const { reach } = network;
  if (!reach) return true;
  const heardAgo = origin.answeredAt === null ? null : Math.abs(clock.now() - origin.answeredAt);
  if (connectivity.isOnline() && !place.isTurn && heardAgo !== null && heardAgo < knownFor) return true;
  const found = await limited(job, options, (signal) =>
    reach.call(network, record.request, signal, job.fetch.id),
  );
  if (job.interruption) throw job.signal.reason;
  if (isSilent(found)) return false;
  place.origin.isThere();
  return true;
}

/**
 * The time that the server may take to answer once it has the request; undefined for a request that can be sent
 * again.
 */
function answerWait({ record, options }: Transfer, place: Place): AnswerWait | undefined {
  if (isRetryableMethod(record.request.method)) return undefined;
  const { answerTimeout, stallTimeout } = options.retry;
  return { within: Math.max(0, answerTimeout - stallTimeout), begun: () => place.giveWay() };
}

/** Whether the request may be sent again: its method allows it, or the host can continue the upload. */
function mayBeRepeated({ request, upload }: StoredRecord): boolean {
  return isRetryableMethod(request.method) || !!upload;
}

/** 6.-8. */
function rangeHeaders(plan: RequestPlan, sendsIfRange: boolean): Record<string, string> {
  if (plan.kind === 'identity') return { Range: 'bytes=0-' };
  if (plan.kind !== 'rest') return {};
  const { position, overlap, end, validator, conditional } = plan;
  // a weak ETag never matches there
  const ifRange = sendsIfRange && conditional && !validator?.startsWith('W/') ? validator : null;
  return {
    Range: `bytes=${position - overlap}-${end === null ? '' : end - 1}`,
    ...(ifRange !== null && { 'If-Range': ifRange }),
  };
}

/** Why there was no response: what one request alone can't tell, others of its origin and a probe may. */
async function withoutResponse(
  transfer: Transfer,
  place: Place,
  attempt: Attempt,
  asked: NetworkRequest,
  error: unknown,
): Promise<Outcome> {
  const { course, ports } = transfer;
  if (attempt.ending === 'yielded' || attempt.ending === 'given-up') return unanswered('yielded', course);
  const isRepeatable = mayBeRepeated(transfer.record);
  const isOnline = ports.connectivity.isOnline();
  if (attempt.ending === 'unheard') return noAnswer(transfer, place);
  const isOneTooMany = (): boolean => {
    if (!isRepeatable || !place.hasAnsweredCompany || !transfer.takeForOneTooMany(true)) return false;
    place.crowded();
    return true;
  };
  if (attempt.ending === 'stalled') {
    transfer.tell('stall');
    // a server that has answered others will answer this one, or not for as long as it takes to know
    const wasThere = transfer.origin.answeredAt !== null;
    place.origin.isThere();
    if (!isRepeatable) return await transfer.settle('fetch-error');
    // a server that does one thing after the other has not come to this request yet
    if (isOneTooMany()) return unanswered('crowd', course);
    return wasThere ? answered('stall', 0, 0, course) : unanswered('stall', course);
  }
  if (isOnline && isOneTooMany()) return unanswered('crowd', course);
  const probe = (signal: AbortSignal) => ports.network.probe(asked, signal, error);
  const reachability =
    isOnline || !isRepeatable ? await limited(transfer.job, transfer.options, probe) : 'silent';
  attempt.throwIfInterrupted();
  if (!isSilent(reachability)) place.origin.isThere();
  if (!isRepeatable && reachability !== 'unsent' && reachability !== 'unasked') {
    if (reachability === 'silent') place.silent();
    return await transfer.settle('fetch-error');
  }
  switch (reachability) {
    case 'silent':
    case 'unsent':
      return noAnswer(transfer, place);
    case 'falters':
      place.unexplained();
      // no refusal by CORS looks like this
      return answered('refusal', 0, 0, course);
    case 'answers':
    case 'unasked':
      // where requests were refused a moment ago for being too many, this may be another such refusal, which CORS hides
      if (transfer.origin.wasCrowded && transfer.takeForOneTooMany(false)) {
        place.crowded();
        return answered('refusal', 0, 0, course);
      }
      transfer.takeBackRefusals();
      return unanswered('refusal', course);
    default:
      return reachability satisfies never;
  }
}

/**
 * The outcome where nobody answers at the origin, or where others of it are answered meanwhile and this request is
 * not.
 */
function noAnswer(transfer: Transfer, place: Place): Outcome {
  const { course, origin, ports, silentAt } = transfer;
  transfer.silentAt = ports.clock.now();
  place.unexplained();
  const isAlone = silentAt !== null && origin.answeredAt !== null && origin.answeredAt > silentAt;
  if (isAlone && ports.connectivity.isOnline()) return answered('refusal', 0, 0, course);
  place.silent();
  // the request that was about to be sent is marked as sent at rest, and the mark has to be taken back
  const isKnown = place.isTurn && transfer.record.state !== 'transferring';
  return unanswered(isKnown ? 'still-silent' : 'silence', course);
}

/** Gives a probe as long as anything else. */
async function limited(
  job: Job,
  options: EngineOptions,
  probe: (signal: AbortSignal) => Promise<Reachability>,
): Promise<Reachability> {
  const limit = new TimeLimit(job.workshop.ports.clock, options.retry.stallTimeout);
  job.waits.add(limit.end);
  try {
    return await probe(limit.signal);
  } finally {
    limit.lift();
    job.waits.delete(limit.end);
  }
}

/**
 * The failure of a range is not the failure of the resource: when ranges bring nothing, one plain request decides, and
 * where that works, ranges get one more chance before what is stored is given up.
 */
function considerRanges(
  transfer: Transfer,
  plan: RequestPlan,
  outcome: Outcome,
  progressed: boolean,
): Outcome {
  if (progressed) {
    transfer.fruitlessRanges = 0;
    transfer.forgetRefusals();
  }
  if (outcome.kind !== 'failed') return outcome;
  const failure: Failure = { ...outcome, asked: plan.kind === 'plain' ? 'resource' : 'range' };
  const { by, course } = failure;
  if (progressed) {
    return course.ranges === 'last'
      ? { ...failure, course: { ...course, ranges: 'unconditional' } }
      : failure;
  }
  // the server is in trouble: that says nothing of ranges
  if (course.goal === 'compare') return { ...failure, course: continueWith(course, course.ranges) };
  if (
    by === 'silence' ||
    by === 'still-silent' ||
    by === 'crowd' ||
    by === 'yielded' ||
    plan.kind === 'plain'
  )
    return failure;
  if (plan.kind === 'rest' && course.goal === 'from-zero') return failure;
  if (course.ranges === 'last') return { ...failure, course: plainFromZero };
  if (++transfer.fruitlessRanges < mostFruitlessRanges) return failure;
  transfer.fruitlessRanges = 0;
  return { ...failure, course: course.goal === 'continue' ? compare(course) : plainFromZero };
}
