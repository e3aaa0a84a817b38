import type { ByteRange, ContentCoding, HeaderList } from '@background-fetch/core';
import { entityTag, modificationDate, type SimulatedResource } from './simulated-resource.ts';

/** A server's answer, before the way to the client does anything to it. */
export interface SimulatedAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly content: ByteRange;
  readonly coding: ContentCoding;
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
  const tag = entityTag(resource);
  if (condition.startsWith('"')) return resource.etag === 'strong' && condition === tag;
  return condition === modificationDate(resource);
}

/** What an origin server answers to a request for this resource. */
export function respond(resource: SimulatedResource, headers: Headers, now: number): SimulatedAnswer {
  const { size } = resource;
  const asked = headers.get('range');
  const considered = resource.status === 200 && resource.ranges === 'honoured';
  const range =
    considered && ifRangeMatches(resource, headers.get('if-range')) ? parseRange(asked, size) : null;
  const fields: [string, string][] = [
    ['content-type', 'application/octet-stream'],
    ['date', new Date(now).toUTCString()],
    ...resource.headers.map(([name, value]): [string, string] => [name.toLowerCase(), value]),
  ];
  const tag = entityTag(resource);
  const modified = modificationDate(resource);
  if (tag !== null) fields.push(['etag', tag]);
  if (modified !== null) fields.push(['last-modified', modified]);

  const encoded = resource.encoded && asked === null;
  if (encoded) fields.push(['content-encoding', 'gzip']);
  let status = resource.status;
  let content: ByteRange = { start: 0, end: size };
  if (range === 'unsatisfiable') {
    status = 416;
    content = { start: 0, end: 0 };
    fields.push(['content-range', `bytes */${size}`]);
  } else if (range) {
    status = 206;
    content = range;
    fields.push(['content-range', `bytes ${range.start}-${range.end - 1}/${size}`]);
  }
  // An encoded body's length is another; any number that is not its own will do.
  const length = encoded ? Math.ceil(size / 2) + 20 : content.end - content.start;
  if (resource.declaresLength) fields.push(['content-length', String(length)]);

  const codingHidden = resource.hidden.includes('content-encoding') && asked === null;
  return {
    status,
    headers: fields.filter(([name]) => !resource.hidden.includes(name)),
    content,
    coding: encoded && !codingHidden ? 'encoded' : codingHidden ? 'unknown' : 'identity',
  };
}
