import type { Site } from '../sites/site.ts';
import { type HostName, patience } from './host.ts';

/** What a host is known not to do: its downloads come whole all the same, but late. */
export interface KnownLimit {
  readonly does: string;
  /** ms after which a background fetch counts as one that never ends */
  readonly patience: number;
}

/**
 * Measured in WebKitGTK 2.50 with `fetch()` alone, in a page without the polyfill: requests that have no response yet are
 * rejected, bodies that come get neither an error nor an end. Over HTTP/1.1 they get an error at once.
 */
const bodiesWithoutEnd: KnownLimit = {
  does: 'a body over HTTP/2 whose connection is lost waits for the stall timeout of 60 s',
  patience: 4 * patience,
};

/** All sites with TLS have HTTP/2, too. */
export function knownLimitOf(host: HostName, { secure = false }: Pick<Site, 'secure'>): KnownLimit | null {
  return host === 'webkit' && secure ? bodiesWithoutEnd : null;
}
