import type { HeaderList } from '../model/header-list.ts';
import type { StoredRequest } from '../model/record.ts';

/** A Request's fields in stored form. Its body is stored beside it. */
export function serialiseRequest(request: Request, hasBody: boolean, clientUrl: string): StoredRequest {
  const { mode, referrer } = request;
  const headers: HeaderList = [...request.headers];
  return {
    ...pick(request, 'url', 'method', 'credentials', 'cache', 'redirect', 'referrerPolicy', 'integrity'),
    headers,
    hasBody,
    // a navigation can't be made by script: what follows is an ordinary request of the same origin
    mode: mode === 'navigate' ? 'same-origin' : mode,
    // the default means "where fetch() was called": later there may be nobody to ask
    referrer: referrer === 'about:client' ? clientUrl : referrer,
  };
}

/**
 * A Request as it was given to `fetch()`. Its `Content-Type` is that of the stored headers, never the type of a Blob:
 * docs/discoveries.md#the-type-of-a-blob-is-in-lower-case
 */
export function deserialiseRequest(stored: StoredRequest, body: BodyInit | null): Request {
  return new Request(stored.url, { ...stored, headers: stored.headers as [string, string][], body });
}

/** A plain object with some members of another one, whose getters may lie on its prototype. */
export function pick<T, K extends keyof T>(source: T, ...members: K[]): Pick<T, K> {
  return Object.fromEntries(members.map((member) => [member, source[member]])) as Pick<T, K>;
}
