import { getHeader } from '../model/header-list.ts';
import type { HeaderList } from '../model/record.ts';
import { parseLength } from './content-range.ts';

/**
 * What `Content-Length` says, null where it says nothing. It may stand there several times and say the same; one beside a
 * transfer coding is not to be believed. https://www.rfc-editor.org/rfc/rfc9112#section-6.3
 */
export function announcedLength(headers: HeaderList): number | null {
  if (getHeader(headers, 'transfer-encoding') !== null) return null;
  const lengths = new Set((getHeader(headers, 'content-length') ?? '').split(',').map(parseLength));
  const [length = null] = lengths;
  return lengths.size === 1 ? length : null;
}
