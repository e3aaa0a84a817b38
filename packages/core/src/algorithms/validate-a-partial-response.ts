import { getHeader } from '../model/header-list.ts';
import type { ResponseData, ResponseHead } from '../model/record.ts';
import { announcedLength } from '../transfer/announced-length.ts';
import { getStrongETag } from '../transfer/choose-validator.ts';
import { extractContentRangeValues } from './extract-content-range-values.ts';

/** The part of a body that a valid partial response holds. */
export interface PartialContent {
  /** bytes in it, null if it does not tell */
  readonly byteLength: number | null;
  /** bytes in the whole body, null if it does not tell */
  readonly completeLength: number | null;
  /** Whether `Content-Range` said so. */
  readonly rangeShown: boolean;
}

/**
 * Checks that a 206 response is the part that was asked for, and of the version whose bytes are stored.
 * Returns what it holds, or null for invalid.
 * https://wicg.github.io/background-fetch/#validate-partial-response-algorithm
 *
 * @param expectedRangeStart the offset that the `Range` asked for
 * @param previous what is stored, null if the response starts a new body
 * @param sentIfRange whether the request carried `If-Range`, so that the server has compared versions, too
 * @param isDecided whether the whole body will be checked against a digest
 */
export function validateAPartialResponse(
  expectedRangeStart: number,
  partial: ResponseHead,
  previous: ResponseData | null,
  { sentIfRange, isDecided } = { sentIfRange: false, isDecided: false },
): PartialContent | null {
  // Beyond the specification: several parts in one body can't be told from one.
  const contentType = getHeader(partial.headers, 'content-type') ?? '';
  if (/^multipart\/byteranges/i.test(contentType)) return null;
  // 2.-3.
  const content = readRange(expectedRangeStart, partial, previous);
  if (!content) return null;
  // 4.
  if (previous && !isSameVersion(partial, previous, content, sentIfRange)) return null;
  // Beyond the specification: a redirect may lead to another resource this time.
  return !previous || isSamePlace(partial, previous, content) || isDecided ? content : null;
}

function readRange(
  start: number,
  partial: ResponseHead,
  previous: ResponseData | null,
): PartialContent | null {
  const contentLength = announcedLength(partial.headers);
  if (getHeader(partial.headers, 'content-range') === null) {
    // The field is hidden from a cross-origin reader: the length has to show that the rest of the body begins where
    // we asked.
    if (previous && (previous.length === null || contentLength !== previous.length - start)) return null;
    return {
      byteLength: contentLength,
      completeLength: contentLength === null ? null : start + contentLength,
      rangeShown: false,
    };
  }
  const values = extractContentRangeValues(partial.headers);
  if (values?.firstBytePos !== start) return null;
  const byteLength = values.lastBytePos - values.firstBytePos + 1;
  if (contentLength !== null && contentLength !== byteLength) return null;
  return { byteLength, completeLength: values.completeLength, rangeShown: true };
}

function isSameVersion(
  partial: ResponseHead,
  previous: ResponseData,
  content: PartialContent,
  sentIfRange: boolean,
): boolean {
  // 4.1. A 206 to `If-Range` may leave out Last-Modified; an ETag it may not.
  const etag = getHeader(previous.head.headers, 'etag');
  if (etag !== null && getHeader(partial.headers, 'etag') !== etag) return false;
  const lastModified = getHeader(previous.head.headers, 'last-modified');
  const partialLastModified = getHeader(partial.headers, 'last-modified');
  if (lastModified !== null && partialLastModified !== lastModified) {
    const confirmed = sentIfRange || getStrongETag(previous.head) !== null;
    if (partialLastModified !== null || !confirmed) return false;
  }
  // 4.2.
  const { completeLength } = content;
  return previous.length === null || completeLength === null || completeLength === previous.length;
}

/** Whether both came from one place, or from two that have the same by all they say: edges of one host, as it may be. */
function isSamePlace(
  partial: ResponseHead,
  { head, length }: ResponseData,
  content: PartialContent,
): boolean {
  if (locationOf(partial.url) === locationOf(head.url)) return true;
  return getStrongETag(head) !== null && length !== null && content.completeLength === length;
}

/** Origin and path. */
function locationOf(url: string): string {
  return url.replace(/[?#].*/s, '');
}
