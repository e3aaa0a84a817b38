import type { IncomingHttpHeaders } from 'node:http';
import type { Representation } from './representation.ts';

/** 304 or 412 when a precondition says so (RFC 9110, section 13.2.2), undefined to go on. */
export function checkPreconditions(
  headers: IncomingHttpHeaders,
  method: string,
  { etag, lastModified }: Representation,
): 304 | 412 | undefined {
  const reading = method === 'GET' || method === 'HEAD';
  if (headers['if-match'] !== undefined) {
    if (!listHolds(headers['if-match'], etag, strongly)) return 412;
  } else if (isLater(lastModified, headers['if-unmodified-since'])) return 412;

  if (headers['if-none-match'] !== undefined) {
    if (listHolds(headers['if-none-match'], etag, weakly)) return reading ? 304 : 412;
  } else if (reading && headers['if-modified-since'] !== undefined && lastModified !== undefined) {
    if (!isLater(lastModified, headers['if-modified-since'])) return 304;
  }
  return undefined;
}

/** Whether a range may be answered (RFC 9110, section 13.1.5): without If-Range, or when it matches strongly. */
export function ifRangeMatches(value: string | undefined, { etag, lastModified }: Representation): boolean {
  if (value === undefined) return true;
  if (/^(W\/)?"/.test(value)) return strongly(value, etag);
  return lastModified !== undefined && Date.parse(value) === lastModified;
}

function listHolds(list: string, etag: string | undefined, same: typeof strongly): boolean {
  if (list.trim() === '*') return true;
  return (list.match(/(W\/)?"[^"]*"/g) ?? []).some((tag) => same(tag, etag));
}

function strongly(asked: string, etag: string | undefined): boolean {
  return etag !== undefined && !etag.startsWith('W/') && asked === etag;
}

function weakly(asked: string, etag: string | undefined): boolean {
  return etag !== undefined && asked.replace(/^W\//, '') === etag.replace(/^W\//, '');
}

function isLater(lastModified: number | undefined, date: string | undefined): boolean {
  return lastModified !== undefined && date !== undefined && lastModified > Date.parse(date);
}
