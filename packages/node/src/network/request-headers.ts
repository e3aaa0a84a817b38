import type { StoredRequest } from '@background-fetch/core';
import manifest from '../../package.json' with { type: 'json' };
import { refererOf } from './referer.ts';

const defaults: readonly (readonly [string, string])[] = [
  ['accept', '*/*'],
  ['accept-language', '*'],
  ['user-agent', `background-fetch/${manifest.version}`],
  // only the bytes of an unencoded body can be continued: where a coding saves more than that, the app asks for it
  ['accept-encoding', 'identity'],
];

/** Fields that describe a connection or how a body is framed: they are ours, whatever the app says. */
const framing = [
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Fields that tell a server who we are: another origin must not see them. */
const credentials = ['authorization', 'cookie', 'host', 'proxy-authorization'];

/** https://fetch.spec.whatwg.org/#request-body-header-name */
const describingBody = [
  'content-digest',
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
];

/** The fields of the first request of an attempt. `added` takes the place of what the app set. */
export function requestHeaders(
  request: StoredRequest,
  added: Iterable<readonly [string, string]>,
  fresh: boolean,
): Headers {
  const headers = new Headers(request.headers as [string, string][]);
  for (const [name, value] of added) headers.set(name, value);
  for (const name of framing) headers.delete(name);
  for (const [name, value] of defaults) if (!headers.has(name)) headers.set(name, value);
  // https://fetch.spec.whatwg.org/#http-network-or-cache-fetch, for what lies between the server and us
  if (fresh || request.cache === 'no-store' || request.cache === 'reload') {
    if (!headers.has('pragma')) headers.set('pragma', 'no-cache');
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-cache');
  } else if (request.cache === 'no-cache' && !headers.has('cache-control')) {
    headers.set('cache-control', 'max-age=0');
  }
  const referer = refererOf(request);
  if (referer !== null) headers.set('referer', referer);
  return headers;
}

/** Leaves what any client says of itself: the rest is what the app set, for the server that it named. */
export function withoutFieldsOfTheApp(headers: Headers): void {
  const own = ['cache-control', 'pragma', 'referer', ...defaults.map(([name]) => name)];
  for (const name of [...headers.keys()]) if (!own.includes(name)) headers.delete(name);
}

/** Removes the fields that hold credentials. */
export function withoutCredentials(headers: Headers): void {
  for (const name of credentials) headers.delete(name);
}

/** Removes the fields that describe a request's body. */
export function withoutBodyFields(headers: Headers): void {
  for (const name of describingBody) headers.delete(name);
}
