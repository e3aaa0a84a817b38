import type { Site } from '../sites/site.ts';
import { type HostName, patience } from './host.ts';

/** What a host is known not to do. Its downloads come whole all the same, but late, and it is opened anew for each. */
export interface KnownLimit {
  readonly does: string;
  /** ms after which a background fetch counts as one that never ends */
  readonly patience: number;
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

/** All sites with TLS have HTTP/2, too. */
export function knownLimitOf(host: HostName, { secure = false }: Pick<Site, 'secure'>): KnownLimit | null {
  return host === 'webkit' && secure ? bodiesWithoutEnd : null;
}
