import type { Arrival } from '../follow-redirects.ts';
import { continueUpload } from './continue-upload.ts';
import { ietfProtocol, offerIetfUpload } from './ietf-upload.ts';
import { createTusUpload, tusProtocol } from './tus-upload.ts';
import type { ResumableUploads, UploadRequest } from './upload.ts';
import { decodeUploadState } from './upload-state.ts';

/** Sends a request with a body: for the first time, or what is missing of it. */
export async function sendUpload(request: UploadRequest, resumable: ResumableUploads): Promise<Arrival> {
  const kept = request.progress.state;
  if (kept !== undefined) {
    const { protocol, url } = decodeUploadState(kept);
    if (url === null) return await createTusUpload(request);
    return await continueUpload(request, protocol === 'tus' ? tusProtocol : ietfProtocol, new URL(url));
  }
  if (resumable === 'tus') return await createTusUpload(request);
  if (resumable === 'ietf') return await offerIetfUpload(request);
  const { url, method, headers, body } = request;
  return await request.send({ url, method, headers, start: 0, end: body.size });
}
