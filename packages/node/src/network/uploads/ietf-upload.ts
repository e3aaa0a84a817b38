import type { HeaderList } from '@background-fetch/core';
import type { Arrival } from '../follow-redirects.ts';
import { headerOf } from '../header-list.ts';
import { continueUpload, isOk, requireFinal, type UploadProtocol } from './continue-upload.ts';
import type { UploadRequest } from './upload.ts';
import { resolveResource } from './upload-resource.ts';
import { encodeUploadState } from './upload-state.ts';

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
  longestPart(headers) {
    const limits = headerOf(headers, 'upload-limit') ?? '';
    const [, most] = /(?:^|,)[ \t]*max-append-size=(\d{1,15})(?=[ \t]*(?:[;,]|$))/.exec(limits) ?? [];
    return Math.max(1, Number(most ?? Number.MAX_SAFE_INTEGER));
  },
};

/**
 * Sends a request as it is, and invites the server to make its upload resumable. A server that does says so in an
 * informational response; any other never notices.
 */
export async function offerIetfUpload(request: UploadRequest): Promise<Arrival> {
  const { url, method, body, progress } = request;
  const headers = new Headers(request.headers);
  const offered = { ...ietfProtocol.fields, 'upload-complete': '?1', 'upload-length': `${body.size}` };
  for (const [name, value] of Object.entries(offered)) headers.set(name, value);
  let resource: URL | null = null;
  let kept: Promise<boolean> = Promise.resolve(false);
  const keep = (found: URL | null): void => {
    resource = found;
    if (!found) return;
    kept = progress.keep(encodeUploadState({ protocol: 'ietf', url: found.href })).then(
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
    const arrival = await request.send({ url, method, headers, start: 0, end: body.size, onInformation });
    if (await kept) requireFinal(arrival, ietfProtocol, body.size);
    const said = headerOf(arrival.headers, 'upload-complete');
    if (!isOk(arrival) || said === '?1') return arrival;
    // it answers a part of the body, and names what has that
    if (said === '?0' && !resource) keep(resolveResource(headerOf(arrival.headers, 'location'), arrival.url));
    if (resource && (await kept))
      return await continueUpload(request, ietfProtocol, resource, said === null ? arrival : null);
    if (said !== '?0') return arrival;
    throw new TypeError(
      `${url.origin}${url.pathname} says that it has not all of the upload, and not how to go on`,
    );
  } finally {
    // the core decides what a failure means by what was kept
    await kept;
  }
}
