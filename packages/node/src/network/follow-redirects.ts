import { redactUrl } from '@background-fetch/common';
import type { StoredRequest } from '@background-fetch/core';
import { ChainCookies } from './chain-cookies.ts';
import type { Exchange, ExchangeOptions } from './exchange.ts';
import { headerOf } from './header-list.ts';
import { parseLocation } from './location.ts';
import { adaptReferer } from './referer.ts';
import { withoutBodyFields, withoutCredentials } from './request-headers.ts';
import { type Dispatchers, exchangeOnLiveConnection } from './send-again.ts';

/** The response at the end of a chain of redirects. */
export interface Arrival extends Exchange {
  readonly url: URL;
  readonly method: string;
  readonly redirected: boolean;
  /** True for the redirect itself, which `redirect: 'manual'` does not follow. */
  readonly opaque: boolean;
}

/** A request whose redirects are followed. */
export interface RedirectOptions extends Omit<ExchangeOptions, 'body'> {
  /** The request as it was stored. */
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
  const cookies = request.credentials === 'omit' ? null : new ChainCookies();
  let authorization: string | null = null;
  for (let count = 0; ; count++) {
    const body = openBody?.() ?? null;
    options.progress.aim(count > 0);
    // the first request needs no fields of its own, and copying them is not for free
    const sent = count === 0 ? headers : new Headers(headers);
    if (authorization !== null && !sent.has('authorization')) sent.set('authorization', authorization);
    const cookie = (count > 0 && cookies?.headerFor(url, sent.get('cookie'))) || null;
    if (cookie !== null) sent.set('cookie', cookie);
    const hop = { ...options, url, method, headers: sent, body, bodySize };
    const response = await exchangeOnLiveConnection(dispatchers, hop);
    const arrival = { ...response, url, method, redirected: count > 0, opaque: false };
    if (!redirectStatuses.has(response.status)) return arrival;
    const location = headerOf(response.headers, 'location');
    if (redirect === 'manual') return { ...arrival, opaque: true };
    if (redirect === 'follow' && location === null) return arrival;
    response.discard();
    cookies?.take(url, response.headers);
    const refuse = (reason: string): never => {
      const [from, to] = [url.href, location ?? ''].map(redactUrl);
      throw new TypeError(`${from} redirects to ${to}, which is not followed: ${reason}`);
    };
    if (redirect === 'error') refuse('the request\'s redirect mode is "error"');
    const next = parseLocation(location ?? '', url) ?? refuse('that is not a URL');
    if (next.hash === '') next.hash = url.hash;
    if (next.protocol !== 'http:' && next.protocol !== 'https:') refuse('only http: and https: are allowed');
    const refused = refusal(next, url);
    if (refused !== null) refuse(refused);
    if (count === longestChain) refuse(`it comes after ${longestChain} others`);
    const sameOrigin = next.origin === url.origin;
    headers = new Headers(headers);
    if (!sameOrigin) authorization = null;
    if (next.username !== '' || next.password !== '') {
      if (!sameOrigin) refuse('it holds credentials');
      if (request.credentials !== 'omit') authorization = basicAuthorization(next);
      next.username = '';
      next.password = '';
    }
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

/** https://www.rfc-editor.org/rfc/rfc7617 */
function basicAuthorization({ username, password }: URL): string {
  const bytes = Buffer.concat([decodePercent(username), Buffer.from(':'), decodePercent(password)]);
  return `Basic ${bytes.toString('base64')}`;
}

/** The bytes that a part of a URL stands for. */
function decodePercent(text: string): Buffer {
  const raw = text.replace(/%([\da-f]{2})/gi, (_match, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return Buffer.from(raw, 'latin1');
}
