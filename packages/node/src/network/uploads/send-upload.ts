import type { Arrival } from '../follow-redirects.ts';
import { ietfProtocol } from './ietf-upload.ts';
import { resumeUpload } from './resume-upload.ts';
import { sendWhole } from './send-part.ts';
import { tusProtocol } from './tus-upload.ts';
import type { ResumableUploads, UploadRequest } from './upload.ts';

const protocols = { ietf: ietfProtocol, tus: tusProtocol };

/** Sends a request with a body: for the first time, or what is missing of it. */
export async function sendUpload(request: UploadRequest, resumable: ResumableUploads): Promise<Arrival> {
  const { ledger } = request;
  try {
    if (ledger.at) {
      const { protocol, url } = ledger.at;
      if (url !== null) return await resumeUpload(request, protocols[protocol], new URL(url));
      return await protocols[protocol].begin(request);
    }
    return resumable === 'never' ? await sendWhole(request) : await protocols[resumable].begin(request);
  } catch (error) {
    // the next attempt has to know what this one has cost
    await ledger.save().catch(() => {});
    throw error;
  }
}
