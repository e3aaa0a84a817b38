import type { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';
import type { KeyState } from './key-state.ts';

/** The server's own origins, as redirects to others need them. */
export interface Origins {
  readonly origin: string;
  readonly crossOrigin: string;
  readonly edgeOrigin: string;
}

/**
 * Answers with a redirect, or with the refusal of a token, if one is due; false if the resource is.
 * The locations carry the attempt they belong to (`of`), so that a chain of hops counts as one attempt.
 */
export function redirects(exchange: Exchange, faults: Faults, state: KeyState, origins: Origins): boolean {
  const { searchParams } = exchange.url;
  const token = searchParams.get('token');
  if (token !== null && !state.tokens.use(token)) {
    exchange.sendText(403, 'This signed URL has been used, or is too old.');
    return true;
  }
  const left = hopsLeft(faults, searchParams.get('hop'));
  if (left === 0) {
    return false;
  }
  exchange.sendText(Number(faults.redirectstatus ?? 302), 'Elsewhere.', {
    Location: locationOf(exchange, faults, state, left, origins),
  });
  return true;
}

function hopsLeft(faults: Faults, hop: string | null): number | 'loop' {
  const once = /^(cross|edges|signed|insecure|file)$/.test(faults.redirect ?? '');
  const left = hop ?? (once ? '1' : faults.redirect);
  return left === 'loop' ? left : Number(left ?? 0);
}

function locationOf(
  exchange: Exchange,
  faults: Faults,
  state: KeyState,
  left: number | 'loop',
  origins: Origins,
): string {
  const location = new URL(exchange.url);
  location.searchParams.set('hop', left === 'loop' ? left : String(left - 1));
  location.searchParams.set('of', String(exchange.entry.attempt));
  if (faults.redirect === 'signed' || faults.redirect === 'edges') {
    location.searchParams.set('token', state.tokens.issue(faults));
  }
  if (faults.redirect === 'edges') {
    const others = [origins.origin, origins.crossOrigin, origins.edgeOrigin];
    const edges = others.filter((other) => other !== location.origin).slice(-2);
    return edges[state.edgeRedirects++ % 2] + location.pathname + location.search;
  }
  if (faults.redirect === 'cross') {
    const other = location.origin === origins.crossOrigin ? origins.origin : origins.crossOrigin;
    return other + location.pathname + location.search;
  }
  if (faults.redirect === 'insecure') {
    return origins.origin + location.pathname + location.search;
  }
  return faults.redirect === 'file' ? 'file:///etc/hostname' : location.pathname + location.search;
}
