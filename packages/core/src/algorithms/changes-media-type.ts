import { mediaTypeOf } from '../model/header-list.ts';
import type { ResponseHead } from '../model/record.ts';
import { isOkStatus } from '../model/status.ts';
import { storedLength } from '../model/transitions.ts';
import type { Transfer } from '../transfer/transfer.ts';

/**
 * Whether a successful response says that it has another media type than the bytes that are stored: the login page of a
 * network does, that stands between us and the server. Parameters may differ, and one that says nothing may be anything.
 */
export function changesMediaType({ record }: Transfer, { status, headers }: ResponseHead): boolean {
  if (!record.responseData || storedLength(record) === 0 || !isOkStatus(status)) return false;
  const [stored, now] = [mediaTypeOf(record.responseData.head.headers), mediaTypeOf(headers)];
  // the media type of several parts tells nothing of the resource
  return stored !== '' && now !== '' && now !== stored && now !== 'multipart/byteranges';
}
