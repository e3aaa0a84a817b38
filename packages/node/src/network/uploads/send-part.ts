import type { Arrival } from '../follow-redirects.ts';
import { withoutBodyFields, withoutFieldsOfTheApp } from '../request-headers.ts';
import type { UploadPart, UploadRequest } from './upload.ts';

interface Part extends Omit<UploadPart, 'url' | 'headers'> {
  /** The upload resource, null for the request's own URL. */
  readonly resource: URL | null;
  /** Fields that are set beside those of the request, as far as they are the business of whoever gets this. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Sends the request itself, once. */
export async function sendWhole(
  request: UploadRequest,
  fields: Readonly<Record<string, string>> = {},
  onInformation?: UploadPart['onInformation'],
): Promise<Arrival> {
  const { method, body } = request;
  await request.prepare({ method, resource: null, headers: wholeHeaders(request, fields), refused: false });
  const headers = wholeHeaders(request, fields);
  return await request.send({ url: request.url, method, headers, start: 0, end: body.size, onInformation });
}

/** Sends one of the requests that bring an upload forward: once more, if the app may have a token that is not refused. */
export async function sendPart(request: UploadRequest, part: Part): Promise<Arrival> {
  const answer = await sendOnce(request, part, false);
  if (!mayBeAllowed(request, part.resource, answer)) return answer;
  answer.discard();
  return await sendOnce(request, part, true);
}

/** Whether an answer is a refusal that fresh fields of the app may undo: another origin gets none of them. */
export function mayBeAllowed(request: UploadRequest, resource: URL | null, { status }: Arrival): boolean {
  const isOurs = resource === null || resource.origin === request.url.origin;
  return request.isRefreshed && isOurs && (status === 401 || status === 403);
}

async function sendOnce(
  request: UploadRequest,
  { resource, fields, ...part }: Part,
  refused: boolean,
): Promise<Arrival> {
  const { method } = part;
  await request.prepare({ method, resource, headers: partHeaders(request, resource, fields), refused });
  const url = resource ?? request.url;
  return await request.send({ ...part, url, headers: partHeaders(request, resource, fields) });
}

function wholeHeaders(request: UploadRequest, fields: Readonly<Record<string, string>>): Headers {
  const headers = new Headers(request.headers);
  for (const [name, value] of Object.entries(fields)) headers.set(name, value);
  return headers;
}

function partHeaders(
  request: UploadRequest,
  resource: URL | null,
  fields: Readonly<Record<string, string>>,
): Headers {
  const headers = new Headers(request.headers);
  withoutBodyFields(headers);
  // another server may keep uploads; the secrets were not meant for it, whatever they are called
  if (resource && resource.origin !== request.url.origin) withoutFieldsOfTheApp(headers);
  for (const [name, value] of Object.entries(fields)) headers.set(name, value);
  return headers;
}
