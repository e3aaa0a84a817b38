import { getHeader, type HeaderList } from '../model/header-list.ts';
import { parseLength } from './content-range.ts';

/**
 * The length in `Content-Length`, null where it says none. The field may stand there several times and say the same;
 * beside a transfer coding it is not to be believed. https://www.rfc-editor.org/rfc/rfc9112#section-6.3
 */
export function announcedLength(headers: HeaderList): number | null {
  const isCoded = getHeader(headers, 'transfer-encoding') !== null;
  const text = isCoded ? null : getHeader(headers, 'content-length');
  return parseLength(text?.replace(/^(\d+)( *, *\1)+$/, '$1'));
}
