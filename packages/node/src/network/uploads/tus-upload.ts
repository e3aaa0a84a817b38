import type { Arrival } from '../follow-redirects.ts';
import { headerOf } from '../header-list.ts';
import { resolveResource } from '../location.ts';
import { checkAnswer } from './check-answer.ts';
import { isOk, requireFinal } from './continue-upload.ts';
import { resumeUpload } from './resume-upload.ts';
import { sendPart } from './send-part.ts';
import type { UploadRequest } from './upload.ts';
import type { UploadProtocol } from './upload-protocol.ts';

/**
 * https://tus.io/protocols/resumable-upload, version 1.0.0, with its creation extension. tus-js-client is not used:
 * it has retries, storage and connections of its own, all of which are the core's or this network's to decide.
 */
export const tusProtocol: UploadProtocol = {
  fields: { 'tus-resumable': '1.0.0' },
  appending: () => ({ 'content-type': 'application/offset+octet-stream' }),
  isComplete: (headers, size) => headerOf(headers, 'upload-offset') === `${size}`,
  mayBeLast: () => false,
  longestPart: () => Number.MAX_SAFE_INTEGER,
  shortestPart: () => 1,
  begin: createTusUpload,
  beginsEmpty: true,
};

/** Creates an upload at the request's URL, which has to be a tus endpoint, and sends the body there. */
export async function createTusUpload(request: UploadRequest): Promise<Arrival> {
  const { body, ledger } = request;
  ledger.begin(0);
  // an upload that was created twice is one that nobody uses: this request may be repeated
  await ledger.continueAt('tus', null);
  const metadata = request.headers.get('upload-metadata') ?? metadataOf(request.headers.get('content-type'));
  const creating = { ...tusProtocol.fields, 'upload-length': `${body.size}` };
  const fields = metadata ? { ...creating, 'upload-metadata': metadata } : creating;
  const created = await sendPart(request, { resource: null, method: 'POST', start: 0, end: 0, fields });
  requireFinal(created, tusProtocol, body.size);
  // a refusal is the server's answer; anything else that creates nothing must not pass for the answer to the body
  if (!isOk(created)) return created;
  created.discard();
  const location = headerOf(created.headers, 'location');
  const { url } = created;
  const resource = created.status === 201 ? resolveResource(location, url) : null;
  if (!resource) {
    throw new TypeError(
      `${url.origin}${url.pathname} created no tus upload: it answered with status ${created.status} and ` +
        `${location === null ? 'no location' : 'the location of something else'}. Is it a tus endpoint?`,
    );
  }
  checkAnswer(created, tusProtocol, body.size);
  await ledger.continueAt('tus', resource.href);
  return await resumeUpload(request, tusProtocol, resource);
}

function metadataOf(contentType: string | null): string | null {
  return contentType && `filetype ${Buffer.from(contentType, 'latin1').toString('base64')}`;
}
