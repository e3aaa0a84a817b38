import type { HeaderList } from '@background-fetch/core';
import type { Arrival } from '../follow-redirects.ts';
import { headerOf } from '../header-list.ts';
import { resolveResource } from '../location.ts';
import { checkAnswer } from './check-answer.ts';
import { isOk, requireFinal } from './continue-upload.ts';
import { resumeUpload } from './resume-upload.ts';
import { mayBeAllowed, sendWhole } from './send-part.ts';
import type { UploadRequest } from './upload.ts';
import type { UploadProtocol } from './upload-protocol.ts';

/** The iteration of draft-ietf-httpbis-resumable-upload that is spoken here; servers of another one keep out. */
const interopVersion = '8';
const resumptionSupported = 104;

/** https://datatracker.ietf.org/doc/draft-ietf-httpbis-resumable-upload/ */
export const ietfProtocol: UploadProtocol = {
  fields: { 'upload-draft-interop-version': interopVersion },
  appending: (last) => ({
    'content-type': 'application/partial-upload',
    'upload-complete': last ? '?1' : '?0',
  }),
  isComplete: (headers) => headerOf(headers, 'upload-complete') === '?1',
  mayBeLast: (headers) => headerOf(headers, 'upload-complete') === null,
  longestPart: (headers) => Math.max(1, limitIn(headers, 'max-append-size') ?? Number.MAX_SAFE_INTEGER),
  shortestPart: (headers) => Math.max(1, limitIn(headers, 'min-append-size') ?? 1),
  begin: offerIetfUpload,
  beginsEmpty: false,
};

function limitIn(headers: HeaderList, name: string): number | null {
  const limits = headerOf(headers, 'upload-limit') ?? '';
  const [, value] = new RegExp(`(?:^|,)[ \\t]*${name}=(\\d{1,15})(?=[ \\t]*(?:[;,]|$))`).exec(limits) ?? [];
  return value === undefined ? null : Number(value);
}

/**
 * Sends a request as it is, and invites the server to make its upload resumable. A server that does says so in an
 * informational response; any other never notices.
 */
export async function offerIetfUpload(request: UploadRequest): Promise<Arrival> {
  const { body, ledger } = request;
  // the server may get parts of it from elsewhere
  ledger.begin(undefined);
  const offered = { ...ietfProtocol.fields, 'upload-complete': '?1', 'upload-length': `${body.size}` };
  let resource: URL | null = null;
  let kept: Promise<boolean> = Promise.resolve(false);
  const keep = (found: URL | null): void => {
    resource = found;
    if (!found) return;
    kept = ledger.continueAt('ietf', found.href).then(
      () => true,
      // then this upload can't be continued, but it may well succeed as it is
      () => false,
    );
  };
  const onInformation = (status: number, fields: HeaderList, from: URL): void => {
    if (status !== resumptionSupported || resource !== null) return;
    if (headerOf(fields, 'upload-draft-interop-version') !== interopVersion) return;
    keep(resolveResource(headerOf(fields, 'location'), from));
  };
  try {
    const arrival = await sendWhole(request, offered, onInformation);
    const { url, headers } = arrival;
    if (await kept) requireFinal(arrival, ietfProtocol, body.size);
    if (resource && (await kept) && mayBeAllowed(request, resource, arrival)) {
      arrival.discard();
      return await resumeUpload(request, ietfProtocol, resource);
    }
    const said = headerOf(headers, 'upload-complete');
    if (!isOk(arrival)) return arrival;
    if (said !== null || resource) checkAnswer(arrival, ietfProtocol, body.size);
    if (said === '?1') return arrival;
    // this response answers a part of the body, and names the resource that has that
    if (said === '?0' && !resource) keep(resolveResource(headerOf(headers, 'location'), url));
    if (resource && (await kept))
      return await resumeUpload(request, ietfProtocol, resource, said === null ? arrival : null);
    if (said !== '?0') return arrival;
    throw new TypeError(
      `${url.origin}${url.pathname} says that it has not all of the upload, and not how to go on`,
    );
  } finally {
    // the core decides what a failure means by what was kept
    await kept;
  }
}
