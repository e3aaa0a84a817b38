import type { StoredRequest } from '@background-fetch/core';

/**
 * The value of `Referer`, null for none.
 * https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer
 */
export function refererOf({ referrer, referrerPolicy, url }: StoredRequest): string | null {
  const source = parseHttp(referrer);
  const target = parseHttp(url);
  if (!source || !target) return null;
  const origin = `${source.origin}/`;
  const whole = `${source.origin}${source.pathname}${source.search}`;
  const sameOrigin = source.origin === target.origin;
  const downgrade = source.protocol === 'https:' && target.protocol === 'http:';
  switch (referrerPolicy) {
    case 'no-referrer':
      return null;
    case 'unsafe-url':
      return whole;
    case 'origin':
      return origin;
    case 'same-origin':
      return sameOrigin ? whole : null;
    case 'origin-when-cross-origin':
      return sameOrigin ? whole : origin;
    case 'no-referrer-when-downgrade':
      return downgrade ? null : whole;
    case 'strict-origin':
      return downgrade ? null : origin;
    default:
      return sameOrigin ? whole : downgrade ? null : origin;
  }
}

/** Sets `Referer` for the URL to which a request goes now, unless the app set the field itself. */
export function adaptReferer(headers: Headers, request: StoredRequest, from: string, to: string): void {
  if (headers.get('referer') !== refererOf({ ...request, url: from })) return;
  const referer = refererOf({ ...request, url: to });
  if (referer === null) headers.delete('referer');
  else headers.set('referer', referer);
}

function parseHttp(url: string): URL | null {
  return /^https?:/.test(url) && URL.canParse(url) ? new URL(url) : null;
}
