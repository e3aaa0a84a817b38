import type { Site } from '../sites/site.ts';
import { type HostName, patience } from './host.ts';

/** What a host is known not to do. Its downloads come whole all the same. */
export interface KnownLimit {
  readonly does: string;
  /** Of a host whose downloads come late, and that is opened anew for each: ms after which one counts as never ending. */
  readonly patience?: number;
  /** Whether it is by chance that the host makes the site do what its log has to show. */
  readonly showsByChance?: true;
}

/**
 * Measured in WebKitGTK 2.50 on libsoup 3.2.3 with `fetch()` alone, in a page without the polyfill: requests that have no
 * response yet are rejected, bodies that come get neither an error nor an end. Each keeps its lost connection for as long as
 * the browser runs, aborted or not, and after six nothing is sent to that host any more. A case loses up to twelve.
 */
const bodiesWithoutEnd: KnownLimit = {
  does: 'a body over HTTP/2 whose connection is lost waits for the stall timeout of 60 s; after six the browser sends nothing any more, so there is a new one for each download',
  patience: 4 * patience,
};

/** Sites that refuse the third request of three at the same time, which WebKitGTK 2.50 seldom makes to one host. */
const refusingThird = ['nginx: limit_conn 2', 'nginx: limit_conn 2, 429'];
const seldomThree: KnownLimit = {
  does: 'the browser has three requests under way at the same time only by chance, so the site may have none to refuse',
  showsByChance: true,
};

export function knownLimitOf(
  host: HostName,
  { name, secure = false }: Pick<Site, 'name' | 'secure'>,
): KnownLimit | null {
  if (host !== 'webkit') return null;
  // all sites with TLS have HTTP/2, too
  if (secure) return bodiesWithoutEnd;
  return refusingThird.includes(name) ? seldomThree : null;
}
