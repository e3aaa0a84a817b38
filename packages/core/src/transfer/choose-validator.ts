import { getHeader } from '../model/header-list.ts';
import type { ResponseData, ResponseHead } from '../model/record.ts';
import { presumedLength } from './body-completeness.ts';

/** The number of stored bytes that are fetched again and compared where no strong ETag tells versions apart. */
export const overlapLength = 64 * 1024;

/** The value that tells whether another response is of the same version as the stored bytes. */
export interface Validator {
  /** The value of its field, for `If-Range`. */
  readonly value: string;
  /** Stored bytes to fetch again and compare; 0 for a strong ETag. */
  readonly overlap: number;
}

/** The response's ETag if it is strong: a weak one may stand for different bytes. */
export function getStrongETag({ headers }: ResponseHead): string | null {
  const etag = getHeader(headers, 'etag');
  return etag && /^"[^"]*"$/.test(etag) ? etag : null;
}

/**
 * Chooses what identifies the version of a stored body, null if nothing does.
 *
 * A weak ETag does where the server says that the resource never changes (`Cache-Control: immutable`, RFC 8246).
 * A date identifies a version only if the resource was not changed again within that second: the response must have
 * been made at least 1 s later by the server's clock, or, where its `Date` is hidden, 60 s later by ours.
 */
export function chooseValidator(data: ResponseData): Validator | null {
  const etag = getStrongETag(data.head);
  if (etag) return { value: etag, overlap: 0 };
  if (presumedLength(data) === null) return null;
  const weak = getHeader(data.head.headers, 'etag');
  const isImmutable = /(^|,)\s*immutable\s*(,|$)/i.test(getHeader(data.head.headers, 'cache-control') ?? '');
  if (weak && isImmutable && /^W\/"[^"]*"$/.test(weak)) return { value: weak, overlap: overlapLength };
  const lastModified = getHeader(data.head.headers, 'last-modified');
  if (!lastModified) return null;
  const modified = Date.parse(lastModified);
  const date = getHeader(data.head.headers, 'date');
  const settledSince = date === null ? data.receivedAt - 60_000 : Date.parse(date) - 1000;
  // a date that can't be parsed is NaN, and every comparison with it is false
  return settledSince >= modified ? { value: lastModified, overlap: overlapLength } : null;
}
