import type { StoredRequest } from '@background-fetch/core';
import type { Exchange, ExchangeOptions } from './exchange.ts';
import { headerOf } from './header-list.ts';
import { adaptReferer } from './referer.ts';
import { withoutBodyFields, withoutCredentials } from './request-headers.ts';
import { type Dispatchers, exchangeOnLiveConnection } from './send-again.ts';

/** Where a chain of redirects ended. */
export interface Arrival extends Exchange {
  readonly url: URL;
  readonly method: string;
  readonly redirected: boolean;
  /** True for the redirect itself, which `redirect: 'manual'` does not follow. */
  readonly opaque: boolean;
}

export interface RedirectOptions extends Omit<ExchangeOptions, 'body'> {
  /** as it was stored */
  readonly request: StoredRequest;
  /** The request's body, from its first byte on at each call. */
  readonly openBody: (() => ExchangeOptions['body']) | null;
  /** Why a URL may not be fetched here, where that one led to it; null if it may. */
  readonly refusal: (to: URL, from: URL) => string | null;
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const longestChain = 20;

/** https://fetch.spec.whatwg.org/#http-fetch and #http-redirect-fetch, where nothing is cross-origin but credentials */
export async function followRedirects(dispatchers: Dispatchers, options: RedirectOptions): Promise<Arrival> {
  const { request, refusal } = options;
  const { redirect } = request;
  let { url, method, headers, openBody, bodySize } = options;
  for (let count = 0; ; count++) {
    const body = openBody?.() ?? null;
    options.progress.aim(count > 0);
    const hop = { ...options, url, method, headers, body, bodySize };
    const response = await exchangeOnLiveConnection(dispatchers, hop);
    const arrival = { ...response, url, method, redirected: count > 0, opaque: false };
    if (!redirectStatuses.has(response.status)) return arrival;
    const location = headerOf(response.headers, 'location');
    if (redirect === 'manual') return { ...arrival, opaque: true };
    if (redirect === 'follow' && location === null) return arrival;
    response.discard();
    const refuse = (reason: string): never => {
      throw new TypeError(`${url.href} redirects to ${location}, which is not followed: ${reason}`);
    };
    if (redirect === 'error') refuse('the request\'s redirect mode is "error"');
    const next = parseLocation(location ?? '', url) ?? refuse('that is not a URL');
    if (next.protocol !== 'http:' && next.protocol !== 'https:') refuse('only http: and https: are allowed');
    const refused = refusal(next, url);
    if (refused !== null) refuse(refused);
    if (count === longestChain) refuse(`it comes after ${longestChain} others`);
    const sameOrigin = next.origin === url.origin;
    headers = new Headers(headers);
    if (!sameOrigin && (next.username !== '' || next.password !== '')) refuse('it holds credentials');
    if (isRewritten(response.status, method)) {
      method = 'GET';
      openBody = null;
      bodySize = null;
      withoutBodyFields(headers);
    }
    if (!sameOrigin) withoutCredentials(headers);
    adaptReferer(headers, request, url.href, next.href);
    url = next;
  }
}

/** Whether the method becomes GET, and the body is left out. */
function isRewritten(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD';
  return (status === 301 || status === 302) && method === 'POST';
}

/** A location as browsers read it: bytes beyond ASCII are UTF-8, and the fragment is passed on. */
function parseLocation(location: string, base: URL): URL | null {
  const text = /[\x80-\xff]/.test(location) ? Buffer.from(location, 'latin1').toString('utf8') : location;
  if (!URL.canParse(text, base)) return null;
  const url = new URL(text, base);
  if (url.hash === '') url.hash = base.hash;
  return url;
}
