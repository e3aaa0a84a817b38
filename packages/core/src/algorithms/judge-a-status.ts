import { isOkStatus } from '../model/status.ts';
import type { NetworkResponse } from '../ports.ts';
import { answered, type Failure } from '../transfer/outcome.ts';
import type { Place } from '../transfer/place.ts';
import { chooseDelay, countAttempt, isRetryableMethod, retryAfterOf } from '../transfer/retry-schedule.ts';
import type { Transfer } from '../transfer/transfer.ts';

/**
 * The number of times that a request is made again, after a while, whose refusal may still have been one for being
 * too many.
 */
const doubtful = 2;

/** The state of the request that a response answers. */
export interface Asked {
  readonly transfer: Transfer;
  readonly place: Place;
  /** Whether it was for one of several ranges. */
  readonly parallel: boolean;
}

/** Statuses of servers that say that they will never do what they are asked to do. */
const lasting = /^(501|505|506|508|510)$/;

/**
 * Whether a status may not come again. Each that its number alone says to be the server's trouble is among these, as
 * a gateway's own 522: https://www.rfc-editor.org/rfc/rfc9110.html#section-15 has a status that nobody knows taken for
 * a 500.
 */
export function isRetryableStatus(status: number): boolean {
  return status >= 500 ? !lasting.test(`${status}`) : /^(408|42[59])$/.test(`${status}`);
}

/** Whether a server that bears no more requests of ours answers with this status; 403 is what some hosts take for it. */
function isCrowdStatus(status: number): boolean {
  return status === 403 || isRetryableStatus(status);
}

/** Whether a status says that there are too many requests, of whatever resource. */
function asksForAPause(status: number): boolean {
  return status === 429 || status === 503;
}

/**
 * Applies all rules that depend on the status of a response alone: whether it refuses one of too many requests, or
 * may not come again. Null where the response stands for what was asked for, whatever that is.
 */
export function judgeAStatus(asked: Asked, response: NetworkResponse): Failure | null {
  if (!isRetryableMethod(asked.transfer.record.request.method)) return null;
  const { transfer } = asked;
  const failure = refusalOfOneTooMany(asked, response) ?? temporaryFailure(asked, response);
  if (!failure && isOkStatus(response.head.status) && transfer.wasRefused) transfer.origin.provesLimit();
  return failure;
}

/** A response that says that there are too many requests: this one waits until others are over. */
function refusalOfOneTooMany(
  { transfer, place, parallel }: Asked,
  { head }: NetworkResponse,
): Failure | null {
  const { course, origin, ports } = transfer;
  const { status, headers } = head;
  if (!isCrowdStatus(status)) return null;
  const isLikely = parallel || isRetryableStatus(status);
  // while the origin tries one request more, a refusal is due to that, and is not counted against the record
  if (place.hasCompany && (origin.isTrying || transfer.takeForOneTooMany(isLikely))) {
    const retryAfter = retryAfterOf(headers, ports.clock.now());
    if (retryAfter > 0) origin.pause(retryAfter);
    place.crowded();
    return answered('crowd', status, retryAfter, course);
  }
  if (isRetryableStatus(status)) return null;
  // where requests were refused a moment ago, the server may still count what is over
  const chances = transfer.wasServed || origin.hasLimit ? Number.POSITIVE_INFINITY : doubtful;
  if (origin.wasCrowded && transfer.record.retries.fruitless < chances) {
    // requests that wait would meet the same refusal, one after the other
    if (origin.hasLimit) place.crowded();
    return answered('status', status, 0, course);
  }
  // a request that was refused with so many others was refused for itself
  transfer.takeBackRefusals();
  return null;
}

/** The failure that a status stands for which may not come again, if there is an attempt left to see. */
function temporaryFailure({ transfer, place }: Asked, { head }: NetworkResponse): Failure | null {
  const { record, course, ports, options, origin } = transfer;
  const { status, headers } = head;
  if (!isRetryableStatus(status)) return null;
  const retryAfter = retryAfterOf(headers, ports.clock.now());
  const failure = answered('status', status, retryAfter, course);
  // where other resources of this origin still come, the pause is meant for this one alone
  if (asksForAPause(status) && !place.hasAnsweredCompany) origin.pauseForAMoment(retryAfter);
  const counts = countAttempt(record.retries, failure, 0);
  const isLast = chooseDelay(counts, options.retry, 0, failure) === null;
  // a part that is refused for ever leaves what is stored alone
  return isLast && course.goal !== 'prove-end' ? null : failure;
}
