import type { ByteRange, ContentCoding, HeaderList } from '@background-fetch/core';
import { encodedSize, entityTag, modificationDate, type SimulatedResource } from './simulated-resource.ts';

/** A server's answer, before the way to the client does anything to it. */
export interface SimulatedAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  /** What of the body is sent. */
  readonly content: ByteRange;
  readonly coding: ContentCoding;
  /** Whether it is a part that was asked for, whatever its status says. */
  readonly isPart: boolean;
  /** Whether nothing can be made of what is sent beyond `content`: it was encoded as a whole. */
  readonly undecodable: boolean;
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-range: one range of bytes, null for anything else. */
function parseRange(value: string | null, size: number): ByteRange | 'unsatisfiable' | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(value ?? '') ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return null;
  return start >= size ? 'unsatisfiable' : { start, end };
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-if-range: a weak ETag matches nothing. */
function ifRangeMatches(resource: SimulatedResource, condition: string | null): boolean {
  if (condition === null || resource.ifRange === 'ignored') return true;
  if (resource.ifRange === 'whole') return false;
  const tag = entityTag(resource);
  if (condition.startsWith('"')) return resource.etag === 'strong' && condition === tag;
  return condition === modificationDate(resource);
}

function isEncoded({ encoded, encodesRanges }: SimulatedResource, headers: Headers): boolean {
  return encoded && (encodesRanges || headers.get('range') === null);
}

/** The range that a server sees itself asked for; null if it sends the whole. */
function considerRange(resource: SimulatedResource, headers: Headers): ByteRange | 'unsatisfiable' | null {
  if (resource.status !== 200 || resource.ranges !== 'honoured') return null;
  if (!ifRangeMatches(resource, headers.get('if-range'))) return null;
  return parseRange(headers.get('range'), sizeOnTheWay(resource, headers));
}

/** bytes of the body as it is sent */
function sizeOnTheWay(resource: SimulatedResource, headers: Headers): number {
  return isEncoded(resource, headers) ? encodedSize(resource) : resource.size;
}

/** Whether what is asked for begins where the body ends. */
function asksForTheEnd(resource: SimulatedResource, headers: Headers): boolean {
  if (considerRange(resource, headers) !== 'unsatisfiable') return false;
  return headers.get('range') === `bytes=${sizeOnTheWay(resource, headers)}-`;
}

/** What a server that gives the whole says to a range, if it does not like it. */
export function refuseRange(resource: SimulatedResource, headers: Headers): number | 'unreadable' | null {
  if (resource.status !== 200 || headers.get('range') === null) return null;
  if (resource.rangeRefusal !== null) return resource.rangeRefusal;
  const { beyondEnd } = resource;
  if (beyondEnd === 'unsatisfiable' || beyondEnd === 'empty part') return null;
  return asksForTheEnd(resource, headers) ? beyondEnd : null;
}

/** Whether it is encoded in members, as bgzip and pigz do it: a part that begins with one can be decoded. */
function hasMembers({ size }: SimulatedResource): boolean {
  return size % 2 === 1;
}

/** What of the plain body can be made of a range of the encoded one. */
function decode(resource: SimulatedResource, { start, end }: ByteRange): ByteRange {
  if (start > 0 && !hasMembers(resource)) return { start: 0, end: 0 };
  const [first, last] = [start, end].map((at) => Math.floor((resource.size * at) / encodedSize(resource)));
  return { start: first as number, end: last as number };
}

/** What an origin server answers to a request for this resource. */
export function respond(resource: SimulatedResource, headers: Headers, now: number): SimulatedAnswer {
  const encoded = isEncoded(resource, headers);
  const size = sizeOnTheWay(resource, headers);
  const range = considerRange(resource, headers);
  const fields: [string, string][] = [
    ['content-type', 'application/octet-stream'],
    ['date', new Date(now).toUTCString()],
    ...resource.headers.map(([name, value]): [string, string] => [name.toLowerCase(), value]),
  ];
  const tag = entityTag(resource);
  const modified = modificationDate(resource);
  if (tag !== null) fields.push(['etag', tag]);
  if (modified !== null) fields.push(['last-modified', modified]);
  if (encoded) fields.push(['content-encoding', 'gzip']);

  let status = resource.status;
  let sent: ByteRange = { start: 0, end: size };
  const isEmptyPart = asksForTheEnd(resource, headers) && resource.beyondEnd === 'empty part';
  const isPart = isEmptyPart || (range !== null && range !== 'unsatisfiable');
  if (isPart) {
    sent = isEmptyPart ? { start: size, end: size } : (range as ByteRange);
    status = resource.parts === 'as 206' ? 206 : 200;
    if (resource.parts !== 'as bare 200')
      fields.push(['content-range', `bytes ${sent.start}-${sent.end - 1}/${size}`]);
  } else if (range === 'unsatisfiable') {
    status = 416;
    sent = { start: 0, end: 0 };
    fields.push(['content-range', `bytes */${size}`]);
  }
  if (resource.declaresLength) fields.push(['content-length', `${sent.end - sent.start}`]);

  return {
    status,
    headers: fields.filter(([name]) => !resource.hidden.includes(name)),
    content: encoded && status !== 416 ? decode(resource, sent) : sent,
    coding: shownCoding(encoded, resource, headers),
    isPart,
    undecodable: encoded && isPart && !hasMembers(resource) && !(sent.start === 0 && sent.end === size),
  };
}

/** What a host takes the coding for: where it is hidden, a range is assumed to have none. */
function shownCoding(encoded: boolean, { hidden }: SimulatedResource, headers: Headers): ContentCoding {
  if (!hidden.includes('content-encoding')) return encoded ? 'encoded' : 'identity';
  return headers.get('range') === null ? 'unknown' : 'assumed';
}
