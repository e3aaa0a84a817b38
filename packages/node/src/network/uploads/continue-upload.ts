import type { HeaderList } from '@background-fetch/core';
import type { Arrival } from '../follow-redirects.ts';
import { headerOf } from '../header-list.ts';
import { withoutBodyFields, withoutFieldsOfTheApp } from '../request-headers.ts';
import type { UploadRequest } from './upload.ts';

/** What differs between the protocols that continue an upload. */
export interface UploadProtocol {
  /** Fields of every request to an upload resource. */
  readonly fields: Readonly<Record<string, string>>;
  /** Fields of one that appends; `last` if it brings the end of the body. */
  appending(last: boolean): Readonly<Record<string, string>>;
  /** Whether this answer to HEAD or PATCH says that the server has it all. */
  isComplete(headers: HeaderList, size: number): boolean;
  /** The most bytes that may be appended at a time. */
  longestPart(headers: HeaderList): number;
}

/** Statuses after which the same may be tried again: somebody else still holds the upload, or the server is busy. */
const temporary = new Set([408, 409, 423, 425, 429]);

/**
 * Asks an upload resource how much it has and sends it the rest, until it has all. Resolves with the answer to that, or
 * with the one that refuses to go on. Rejects with a TypeError where a later attempt may do better.
 * @param likely what was answered to all of it, and did not say that it was all: it stands if the resource has all
 * already, or went with the upload
 */
export async function continueUpload(
  request: UploadRequest,
  protocol: UploadProtocol,
  url: URL,
  likely: Arrival | null = null,
): Promise<Arrival> {
  const { size } = request.body;
  for (let before = -1; ; ) {
    const asked = await request.send({
      ...{ url, method: 'HEAD', start: 0, end: 0 },
      headers: fieldsFor(request, url, protocol.fields),
    });
    requireFinal(asked, protocol, size);
    const isOver = isOk(asked) ? protocol.isComplete(asked.headers, size) : isGone(asked);
    if (likely && before < 0 && isOver) {
      asked.discard();
      return likely;
    }
    if (before < 0) likely?.discard();
    if (!isOk(asked)) return asked;
    const offset = parseOffset(asked, size);
    if (offset === before) throw new TypeError(`The upload to ${url} does not get beyond byte ${offset}`);
    before = offset;
    request.progress.sent(offset);
    if (protocol.isComplete(asked.headers, size)) return asked;
    const end = Math.min(size, offset + protocol.longestPart(asked.headers));
    const fields = { ...protocol.fields, ...protocol.appending(end === size), 'upload-offset': `${offset}` };
    const headers = fieldsFor(request, url, fields);
    const appended = await request.send({ url, method: 'PATCH', headers, start: offset, end });
    requireFinal(appended, protocol, size);
    if (!isOk(appended) || protocol.isComplete(appended.headers, size)) return appended;
    appended.discard();
  }
}

/** The request's own fields, as far as they are the upload resource's business, and these. */
export function fieldsFor(
  request: UploadRequest,
  url: URL,
  fields: Readonly<Record<string, string>>,
): Headers {
  const headers = new Headers(request.headers);
  withoutBodyFields(headers);
  // another server may keep uploads; the secrets were not meant for it, whatever they are called
  if (url.origin !== request.url.origin) withoutFieldsOfTheApp(headers);
  for (const [name, value] of Object.entries(fields)) headers.set(name, value);
  return headers;
}

/** Throws for an answer that is not the last word. */
export function requireFinal(arrival: Arrival, protocol: UploadProtocol, size: number): void {
  const { status, headers, url, method } = arrival;
  if (!temporary.has(status) && status < 500) return;
  // the upload was received, and what came of it is an error
  if (protocol.isComplete(headers, size)) return;
  arrival.discard();
  throw new TypeError(`${method} ${url.origin}${url.pathname} was answered with status ${status} for now`);
}

function isGone({ status }: Arrival): boolean {
  return status === 404 || status === 410;
}

export function isOk({ status }: Arrival): boolean {
  return status >= 200 && status <= 299;
}

function parseOffset({ headers, url }: Arrival, size: number): number {
  const text = headerOf(headers, 'upload-offset') ?? '';
  const offset = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (offset <= size) return offset;
  throw new TypeError(`${url.origin}${url.pathname} has "${text}" of ${size} bytes of the upload`);
}
