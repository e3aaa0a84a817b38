import type { Arrival } from '../follow-redirects.ts';
import { continueUpload, isGone } from './continue-upload.ts';
import type { UploadRequest } from './upload.ts';
import type { UploadProtocol } from './upload-protocol.ts';

/**
 * Continues an upload at its resource, and begins it anew where that is gone, a few times.
 * @param likely see `continueUpload`
 */
export async function resumeUpload(
  request: UploadRequest,
  protocol: UploadProtocol,
  resource: URL,
  likely: Arrival | null = null,
): Promise<Arrival> {
  const { ledger, body } = request;
  const answer = await continueUpload(request, protocol, resource, likely);
  if (!isGone(answer)) return answer;
  if (ledger.mayBeComplete) {
    answer.discard();
    await ledger.end();
    throw new TypeError(
      `${resource.origin}${resource.pathname} is gone, and with it the answer to an upload that may be complete: ` +
        'nobody knows what came of it, and it is not sent again',
    );
  }
  if (!ledger.mayBeginAnew(protocol.beginsEmpty ? 0 : body.size)) return answer;
  answer.discard();
  ledger.lose();
  // this attempt alone may send it, because nobody could tell another one how far it came
  if (!protocol.beginsEmpty) await request.restart();
  return await protocol.begin(request);
}
