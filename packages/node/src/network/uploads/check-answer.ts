import type { Arrival } from '../follow-redirects.ts';
import { headerOf } from '../header-list.ts';
import type { UploadProtocol } from './upload-protocol.ts';

/**
 * The number of bytes of the upload that its resource has, null if this answer does not say it.
 * @throws TypeError for what can't be true of this upload
 */
export function checkAnswer(
  { headers, url }: Arrival,
  protocol: UploadProtocol,
  size: number,
): number | null {
  const where = `${url.origin}${url.pathname}`;
  const length = headerOf(headers, 'upload-length');
  if (length !== null && countIn(length) !== size)
    throw new TypeError(`${where} takes the upload for one of "${length}" bytes, and it has ${size}`);
  const offset = countIn(headerOf(headers, 'upload-offset') ?? '');
  if (offset === null) return null;
  if (offset > size) throw new TypeError(`${where} has "${offset}" of ${size} bytes of the upload`);
  if (offset < size && protocol.isComplete(headers, size))
    throw new TypeError(`${where} calls the upload complete, and has ${offset} of ${size} bytes`);
  return offset;
}

/** An integer, and what a structured field may say of it. */
function countIn(field: string): number | null {
  const [, digits] = /^(\d{1,15})(?:[ \t]*;.*)?$/.exec(field) ?? [];
  return digits === undefined ? null : Number(digits);
}
