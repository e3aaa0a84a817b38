import { prefixLength } from '../model/byte-ranges.ts';
import { getHeader } from '../model/header-list.ts';
import type { ResponseData, ResponseHead, StoredRecord } from '../model/record.ts';
import { isOkStatus } from '../model/status.ts';
import type { NetworkResponse } from '../ports.ts';
import { announcedLength } from '../transfer/announced-length.ts';
import { hasServerOffsets, mayEndAt, presumedLength } from '../transfer/body-completeness.ts';
import { chooseValidator, getStrongETag } from '../transfer/choose-validator.ts';
import { parseContentRange, parseEmptyPart, parseUnsatisfiedRange } from '../transfer/content-range.ts';
import type { Course } from '../transfer/course.ts';
import type { RequestPlan, RestPlan } from '../transfer/plan-attempt.ts';
import { type PartialContent, validateAPartialResponse } from './validate-a-partial-response.ts';

/** The meaning of a response, judged by all that it says of itself. */
export type Meaning =
  /** The resource, or what its server says in its place: the body begins at byte 0 and is all there is. */
  | { readonly kind: 'whole' }
  /** The first part of the body. */
  | { readonly kind: 'first-part'; readonly content: PartialContent }
  /** The part that was asked for, of the version whose bytes are stored. */
  | { readonly kind: 'part'; readonly content: PartialContent }
  /** Nothing follows the stored bytes, as far as anything shows it. */
  | { readonly kind: 'end'; readonly isVerified: boolean }
  /** More follows the stored bytes, whose offsets are those of the server. */
  | { readonly kind: 'more' }
  /** The whole, of the version that is stored, although a part was asked for with `If-Range`. */
  | { readonly kind: 'same-whole' }
  /** Something that may be the whole or a part: only a request for the whole shows which. */
  | { readonly kind: 'ambiguous' }
  /** The plain request works: what failed were the ranges. */
  | { readonly kind: 'works' }
  /** A range is refused, or is one of another representation: that says nothing of the resource. */
  | { readonly kind: 'refused' }
  /** Another version than the one that is stored, or one that can't be shown to be the same. */
  | { readonly kind: 'other' }
  /** A part from the middle, to a request for the whole. */
  | { readonly kind: 'unusable' }
  /** A 206 that nobody asked for. */
  | { readonly kind: 'unasked' };

/** A response, with all that it is judged by. */
export interface Answer {
  readonly record: StoredRecord;
  readonly course: Course;
  readonly plan: RequestPlan;
  readonly response: Pick<NetworkResponse, 'head' | 'coding'>;
  readonly sentIfRange: boolean;
  /** The digests against which the whole body will be checked, as metadata of `integrity`; '' for none. */
  readonly integrity: string;
  /** Whether `If-Range` can be sent, so that what is hidden of a response is hidden by its server. */
  readonly readsAll: boolean;
}

/** Says what a response stands for. */
export function judgeAResponse(answer: Answer): Meaning {
  switch (answer.plan.kind) {
    case 'plain':
      return judgePlain(answer);
    case 'identity':
      return judgeIdentity(answer);
    case 'rest':
      return judgeRest(answer, answer.plan);
  }
}

/** Whether it says that it is a part: by its status, or by `Content-Range` with the status of a whole. */
function saysPart({ status, headers }: ResponseHead): boolean {
  return status === 206 || (status === 200 && getHeader(headers, 'content-range') !== null);
}

function judgePlain({ record, course, response: { head, coding } }: Answer): Meaning {
  const { request, responseData: stored } = record;
  // a range of the author's own is the author's
  if (getHeader(request.headers, 'range') !== null) return { kind: 'whole' };
  if (head.status === 206) return { kind: 'unasked' };
  if (request.method !== 'GET') return { kind: 'whole' };
  const range = head.status === 200 && parseContentRange(getHeader(head.headers, 'content-range') ?? '');
  if (range) {
    const { firstBytePos, lastBytePos, completeLength } = range;
    if (firstBytePos > 0 || completeLength === null) return { kind: 'unusable' };
    if (lastBytePos + 1 < completeLength) {
      const content = coding === 'identity' ? validateAPartialResponse(0, head, null) : null;
      return content ? { kind: 'first-part', content } : { kind: 'unusable' };
    }
  }
  const compares = course.goal === 'compare' && isOkStatus(head.status) && stored;
  return compares && compareVersions(head, stored.head) !== 'different'
    ? { kind: 'works' }
    : { kind: 'whole' };
}

function judgeIdentity({ response: { head, coding } }: Answer): Meaning {
  if (head.status === 200 && !saysPart(head)) return { kind: 'whole' };
  const content = saysPart(head) && coding !== 'encoded' ? validateAPartialResponse(0, head, null) : null;
  return content ? { kind: 'first-part', content } : { kind: 'refused' };
}

function judgeRest(answer: Answer, plan: RestPlan): Meaning {
  const { record, course, response } = answer;
  const { head } = response;
  const stored = record.responseData;
  if (!stored) return { kind: 'other' };
  const proves = course.goal === 'prove-end';
  if (saysPart(head)) return judgePart(answer, plan, stored);
  if (head.status === 416) return judgeUnsatisfied(answer, plan.position, stored);
  if (head.status === 200) {
    const end = proves ? proveEndByWhole(response, stored) : null;
    return end ?? judgeWhole(answer, plan, stored);
  }
  return { kind: 'refused' };
}

/** A part: the one that was asked for, or one of something else. */
function judgePart(
  { course, response: { head, coding }, sentIfRange, integrity }: Answer,
  { position, overlap, end, validator }: RestPlan,
  stored: ResponseData,
): Meaning {
  const start = position - overlap;
  const proves = course.goal === 'prove-end';
  if (proves && isEmptyPart(head, position)) {
    if (compareVersions(head, stored.head) === 'different') return { kind: 'other' };
    return mayEndAt(position, stored.head) ? { kind: 'end', isVerified: false } : { kind: 'ambiguous' };
  }
  // the offsets are those of the coded body, and show nothing of where the stored one ends
  if (coding === 'encoded') return { kind: 'refused' };
  const length = presumedLength(stored);
  const isDecided = integrity !== '';
  const content = validateAPartialResponse(start, head, { ...stored, length }, { sentIfRange, isDecided });
  const partEnd = content?.byteLength == null ? null : start + content.byteLength;
  const isMore = end !== null && (partEnd === null || partEnd > end);
  // a coded body would have another length than the one that is not coded
  const isCountedAlike =
    hasServerOffsets(stored.coding) || (length !== null && content?.completeLength === length);
  // some of the stored bytes have to come again, to show that they are not coded
  if (proves && stored.coding === 'unknown' && content && isCountedAlike)
    return { kind: chooseValidator(stored) || isDecided ? 'more' : 'other' };
  // more may follow, but a body whose offsets or version are unknown can't be continued
  const isKnown = validator !== null || isDecided;
  const isUsable = content && !isMore && isKnown && isCountedAlike;
  return isUsable ? { kind: 'part', content } : { kind: 'other' };
}

/** A part without a byte, where the stored bytes end. */
function isEmptyPart({ headers }: ResponseHead, position: number): boolean {
  const range = getHeader(headers, 'content-range');
  if (range !== null) return parseEmptyPart(range) === position;
  return announcedLength(headers) === 0;
}

/** `bytes=N-` can't be satisfied: there is nothing after the stored bytes, unless it is another version that is shorter. */
function judgeUnsatisfied(
  { course, response: { head }, sentIfRange, readsAll }: Answer,
  position: number,
  stored: ResponseData,
): Meaning {
  const proves = course.goal === 'prove-end';
  const shown = getHeader(head.headers, 'content-range');
  // the field is hidden from a cross-origin reader; where it is shown, it has to name the end of the stored bytes
  const isEnd = shown === null ? proves || !readsAll : parseUnsatisfiedRange(shown) === position;
  const etag = getStrongETag(head);
  const isOther = etag !== null && etag !== getStrongETag(stored.head);
  // a server that may count a coded body says nothing of where the stored one ends
  const isSame = hasServerOffsets(stored.coding) && (etag !== null || (sentIfRange && shown !== null));
  const isLength = ((proves ? stored.length : presumedLength(stored)) ?? position) === position;
  if (!isEnd || isOther || !isLength || !(isSame || proves)) return { kind: 'other' };
  // some servers answer each range so; where CORS hides the length, every body would be fetched twice
  if (readsAll && shown === null) return { kind: 'ambiguous' };
  return isSame || mayEndAt(position, stored.head)
    ? { kind: 'end', isVerified: isSame }
    : { kind: 'ambiguous' };
}

/**
 * Whether the whole, sent although only its end was asked for, shows that the stored body is complete: by its length, or
 * because nothing can show it on such a server. Null if it shows that it is not.
 */
function proveEndByWhole({ head, coding }: Answer['response'], stored: ResponseData): Meaning | null {
  const length = coding === 'encoded' ? null : announcedLength(head.headers);
  const position = prefixLength(stored.stored);
  if (length === null ? !mayEndAt(position, stored.head) : length !== position) return null;
  if (compareVersions(head, stored.head) === 'different') return null;
  const etag = getStrongETag(head);
  if (etag !== null && etag !== getStrongETag(stored.head)) return null;
  return { kind: 'end', isVerified: length !== null };
}

/**
 * A 200 to a request for a part. Servers send the whole where they know no ranges or have another version; some send the
 * part all the same, and say nothing of it. It is taken for the whole only where its length shows that it is.
 */
function judgeWhole({ response, sentIfRange }: Answer, plan: RestPlan, stored: ResponseData): Meaning {
  const { head, coding } = response;
  if (plan.position === plan.overlap) return { kind: 'whole' };
  if (compareVersions(head, stored.head) !== 'same') return { kind: 'ambiguous' };
  if (sentIfRange) return { kind: 'same-whole' };
  const length = coding === 'identity' ? announcedLength(head.headers) : null;
  return length !== null && length === stored.length ? { kind: 'whole' } : { kind: 'ambiguous' };
}

/** Whether two responses are of one version, by what they say. */
function compareVersions(a: ResponseHead, b: ResponseHead): 'same' | 'different' | 'unknown' {
  for (const name of ['etag', 'last-modified']) {
    const [one, other] = [getHeader(a.headers, name), getHeader(b.headers, name)];
    if (one !== null && other !== null) return one === other ? 'same' : 'different';
  }
  return 'unknown';
}
