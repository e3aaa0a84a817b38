import { getHeader, type HeaderList } from '../model/header-list.ts';
import type { RetryCounts } from '../model/record.ts';
import type { Failure } from './outcome.ts';

/** The rules by which a failed attempt is repeated. All times are in ms. */
export interface RetryPolicy {
  /**
   * Retries of a request that got no response although its server answers others: a refusal by CORS or CSP looks like
   * this, and will not pass. Default: 2.
   */
  readonly unansweredRetries: number;
  /** The time within which all of these retries lie. Default: 3 s. */
  readonly unansweredWithin: number;
  /**
   * The time for which no server may answer at an origin that has answered before, until its records fail. Default: a
   * day.
   */
  readonly outage: number;
  /** The same, at an origin that has never answered: nobody knows whether there is one. Default: 5 minutes. */
  readonly firstAnswer: number;
  /** Consecutive attempts without progress before a record fails. Default: 8. */
  readonly fruitlessAttempts: number;
  /** The first delay; each further one is twice as long. Default: 1 s. */
  readonly firstDelay: number;
  /** The longest delay. Default: 5 minutes. */
  readonly longestDelay: number;
  /** The time for which a `Retry-After` is honoured at most. Default: an hour. */
  readonly longestRetryAfter: number;
  /** An attempt without a byte for this long is given up. Default: a minute. */
  readonly stallTimeout: number;
  /**
   * The time that a server may take to answer a request that may be sent only once, from when it has all of it; where
   * a host can't tell when that is, each of its bytes may take 1 ms before. Not less than `stallTimeout`. Default: 10
   * minutes.
   */
  readonly answerTimeout: number;
}

/** The retry policy of an engine whose app gives none. */
export const defaultRetryPolicy: RetryPolicy = {
  unansweredRetries: 2,
  unansweredWithin: 3000,
  outage: 24 * 60 * 60_000,
  firstAnswer: 5 * 60_000,
  fruitlessAttempts: 8,
  firstDelay: 1000,
  longestDelay: 5 * 60_000,
  longestRetryAfter: 60 * 60_000,
  stallTimeout: 60_000,
  answerTimeout: 10 * 60_000,
};

/** Only these may be sent again without being asked: a repeated upload can have unwanted effects. */
export function isRetryableMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Parses `Retry-After`, in seconds or as a date, to ms from `now`; 0 for neither. RFC 9110, 10.2.3 */
export function parseRetryAfter(value: string | null, now: number): number {
  const text = value?.trim() ?? '';
  return /^\d+$/.test(text) ? Number(text) * 1000 : Math.max(0, Date.parse(text) - now || 0);
}

/** The `Retry-After` of a response in ms from `now`, 0 if it has none. */
export function retryAfterOf(headers: HeaderList, now: number): number {
  return parseRetryAfter(getHeader(headers, 'retry-after'), now);
}

/** The counts after an attempt that stored up to `stored` bytes of a body; a new furthest point is progress. */
export function countAttempt(
  counts: RetryCounts,
  { answered }: Pick<Failure, 'answered'>,
  stored: number,
): RetryCounts {
  const progressed = stored > counts.furthest;
  const everAnswered = counts.answered || answered;
  return {
    answered: everAnswered,
    unanswered: everAnswered ? 0 : counts.unanswered + 1,
    fruitless: progressed ? 0 : counts.fruitless + 1,
    furthest: Math.max(counts.furthest, stored),
  };
}

/**
 * The delay in ms before the next attempt, null if there is none.
 * @param random from 0 up to 1: delays are spread over their upper half, so that many clients don't return at once
 */
export function chooseDelay(
  counts: RetryCounts,
  policy: RetryPolicy,
  random: number,
  { retryAfter }: Pick<Failure, 'status' | 'retryAfter'>,
): number | null {
  if (!counts.answered) {
    if (counts.unanswered > policy.unansweredRetries) return null;
    // shares of 1/3, 2/3, … of the time there is: with two retries, 1 s and 2 s
    const shares = (policy.unansweredRetries * (policy.unansweredRetries + 1)) / 2;
    return (policy.unansweredWithin * counts.unanswered * (0.5 + random / 2)) / shares;
  }
  if (counts.fruitless >= policy.fruitlessAttempts) return null;
  const doubled = policy.firstDelay * 2 ** Math.max(0, counts.fruitless - 1);
  const delay = Math.min(doubled, policy.longestDelay) * (0.5 + random / 2);
  return Math.max(delay, Math.min(retryAfter, policy.longestRetryAfter));
}
