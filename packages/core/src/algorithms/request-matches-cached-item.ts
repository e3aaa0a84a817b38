import { getHeader } from '../model/header-list.ts';
import type { QueryOptions } from '../model/idl-types.ts';
import type { StoredRecord } from '../model/record.ts';
import { withoutFragment } from '../model/url.ts';

/**
 * Request matches cached item, for a record in the place of a cached item.
 * https://w3c.github.io/ServiceWorker/#request-matches-cached-item-algorithm
 */
export function requestMatchesCachedItem(
  query: Request,
  record: StoredRecord,
  options: QueryOptions,
): boolean {
  // 1., and what match() of a cache does before it asks
  if (!options.ignoreMethod && (record.request.method !== 'GET' || query.method !== 'GET')) return false;
  // 2.-6. The fragment is left out of the comparison.
  if (comparable(query.url, options) !== comparable(record.request.url, options)) return false;
  // 7.
  const vary = record.responseData && getHeader(record.responseData.head.headers, 'vary');
  if (!vary || options.ignoreVary) return true;
  // 8.
  return vary.split(',').every((field) => {
    const name = field.trim();
    return name !== '*' && query.headers.get(name) === getHeader(record.request.headers, name);
  });
}

function comparable(url: string, { ignoreSearch }: QueryOptions): string {
  const compared = withoutFragment(url);
  return ignoreSearch ? (compared.split('?')[0] as string) : compared;
}
