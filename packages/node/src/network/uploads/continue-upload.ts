import type { Arrival } from '../follow-redirects.ts';
import { checkAnswer } from './check-answer.ts';
import { sendPart } from './send-part.ts';
import type { UploadRequest } from './upload.ts';
import type { UploadProtocol } from './upload-protocol.ts';

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
  const { ledger, progress, body } = request;
  const { size } = body;
  const where = `${url.origin}${url.pathname}`;
  for (let before = -1, last = likely; ; ) {
    const { fields } = protocol;
    const asked = await sendPart(request, { resource: url, method: 'HEAD', start: 0, end: 0, fields });
    requireFinal(asked, protocol, size);
    const isComplete = isOk(asked) && protocol.isComplete(asked.headers, size);
    const offset = isOk(asked) ? checkAnswer(asked, protocol, size) : null;
    if (last && (isComplete || isGone(asked))) {
      asked.discard();
      return last;
    }
    last?.discard();
    last = null;
    if (!isOk(asked)) return asked;
    if (offset === null) throw new TypeError(`${where} does not say how much it has of the upload`);
    if (offset === before) throw new TypeError(`The upload to ${where} does not get beyond byte ${offset}`);
    before = offset;
    ledger.acknowledge(offset, where);
    progress.sent(offset);
    if (isComplete) return asked;
    const end = Math.min(size, offset + protocol.longestPart(asked.headers), offset + ledger.longestPart);
    if (end < size && end - offset < protocol.shortestPart(asked.headers))
      throw new TypeError(`The upload to ${where} stays at byte ${offset}, and has cost too much to go on`);
    ledger.aim(end);
    await ledger.save();
    const appending = { ...fields, ...protocol.appending(end === size), 'upload-offset': `${offset}` };
    const part = { resource: url, method: 'PATCH', start: offset, end, fields: appending };
    const appended = await sendPart(request, part);
    requireFinal(appended, protocol, size);
    if (isGone(appended)) ledger.refuse();
    if (!isOk(appended)) return appended;
    const has = checkAnswer(appended, protocol, size);
    if (has !== null) ledger.acknowledge(has, where);
    if (protocol.isComplete(appended.headers, size)) {
      if (end === size) return appended;
      throw new TypeError(`${where} calls the upload complete, and got ${end} of ${size} bytes`);
    }
    if (end === size && protocol.mayBeLast(appended.headers)) last = appended;
    else appended.discard();
  }
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

/** Whether an answer says that the upload resource is gone. */
export function isGone({ status }: Arrival): boolean {
  return status === 404 || status === 410;
}

/** Whether an answer is a success. */
export function isOk({ status }: Arrival): boolean {
  return status >= 200 && status <= 299;
}
