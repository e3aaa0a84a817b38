import { getHeader, type HeaderList } from '../model/header-list.ts';
import { parseLength } from './content-range.ts';

/**
 * What `Content-Length` says, null where it says nothing. It may stand there several times and say the same; one beside a
 * transfer coding is not to be believed. https://www.rfc-editor.org/rfc/rfc9112#section-6.3
 */
export function announcedLength(headers: HeaderList): number | null {
  const isCoded = getHeader(headers, 'transfer-encoding') !== null;
  const text = isCoded ? null : getHeader(headers, 'content-length');
  return parseLength(text?.replace(/^(\d+)( *, *\1)+$/, '$1'));
}
