import { getHeader, type HeaderList } from '../model/header-list.ts';
import { type ContentRangeValues, parseContentRange } from '../transfer/content-range.ts';

/**
 * Extracts the values of a response's `Content-Range`; null for failure.
 * https://wicg.github.io/background-fetch/#extract-content-range-values-algorithm
 *
 * The specification's grammar begins with `bytes=`; HTTP writes `bytes `, and that is what is parsed.
 */
export function extractContentRangeValues(headers: HeaderList): ContentRangeValues | null {
  // 1.
  const value = getHeader(headers, 'content-range');
  if (value === null) return null;
  // 2.-8. A field sent twice is combined with a comma, and does not parse.
  return parseContentRange(value);
}
