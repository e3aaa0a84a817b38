import { randomUUID } from 'node:crypto';
import { corsHeaders } from './cors.ts';
import type { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';
import type { ListenerName } from './listener.ts';
import type { ResourceState } from './state.ts';

/** The same server's address, seen as another origin. */
export type OtherOrigin = (from: ListenerName, host: string) => string;

/** Answers with a redirect, or refuses a used signed URL. False: the resource itself is meant. */
export function answerRedirect(
  exchange: Exchange,
  faults: Faults,
  state: ResourceState,
  otherOrigin: OtherOrigin,
): boolean {
  if (faults.redirect === undefined) return false;
  if (faults.redirect === 'signed' && faults.token !== undefined) {
    // Only a GET uses the signature up, as with object stores that sign a method.
    if (exchange.request.method !== 'GET' || state.useToken(faults.token)) return false;
    exchange.head(403, corsHeaders(faults.cors, exchange.request.headers.origin));
    exchange.text(403, 'This signed URL was used before, or was never issued.');
    return true;
  }
  const target = nextHop(faults, state);
  if (target === undefined) return false;

  const crosses = faults.redirectTo === 'cross' && target.last;
  const host = exchange.request.headers.host ?? 'localhost';
  const own = `${exchange.listener === 'secure' ? 'https' : 'http'}://${host}`;
  const location = new URL(
    exchange.url.pathname + exchange.url.search,
    crosses ? otherOrigin(exchange.listener, host) : own,
  );
  location.searchParams.set(target.name, target.value);
  exchange.head(faults.redirectStatus, {
    ...corsHeaders(faults.cors, exchange.request.headers.origin),
    Location: location.href,
    'Cache-Control': 'no-store',
    'Content-Length': 0,
  });
  exchange.end();
  return true;
}

function nextHop({ redirect, hop }: Faults, state: ResourceState) {
  if (redirect === 'loop') return { name: 'hop', value: String((hop + 1) % 2), last: false };
  if (redirect === 'signed') {
    const token = randomUUID();
    state.issueToken(token);
    return { name: 'token', value: token, last: true };
  }
  if (redirect === undefined || hop >= redirect) return undefined;
  return { name: 'hop', value: String(hop + 1), last: hop + 1 === redirect };
}
