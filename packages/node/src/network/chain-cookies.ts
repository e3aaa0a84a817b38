import type { HeaderList } from '@background-fetch/core';
import type { Cookie } from 'undici';
import { parseCookie } from './undici.ts';

/** Cookies of one origin; those that were set first are left out. */
const mostCookies = 50;

/** A cookie that was set, and the paths that get it. */
interface KeptCookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/**
 * The cookies that one chain of redirects sets: some servers set one and lead to where they ask for it. They go to the
 * origin alone that set them, whatever domain they name, and end with the chain.
 */
export class ChainCookies {
  readonly #origins = new Map<string, Map<string, KeptCookie>>();

  /** Takes those that a response sets. */
  take(url: URL, headers: HeaderList): void {
    for (const [name, value] of headers) {
      if (name !== 'set-cookie') continue;
      const cookie = parseCookie(value);
      if (cookie?.name && isFor(url, cookie)) this.#keep(url, cookie);
    }
  }

  #keep(url: URL, cookie: Cookie): void {
    const { name, value, expires, maxAge } = cookie;
    const path = cookie.path?.startsWith('/') ? cookie.path : defaultPath(url);
    const kept = this.#origins.get(url.origin) ?? new Map<string, KeptCookie>();
    this.#origins.set(url.origin, kept);
    const key = `${name};${path}`;
    kept.delete(key);
    // Max-Age has precedence
    const isExpired =
      maxAge === undefined ? Number(expires ?? Number.POSITIVE_INFINITY) <= Date.now() : maxAge <= 0;
    if (isExpired) return;
    kept.set(key, { name, value, path });
    for (const oldest of kept.keys()) if (kept.size > mostCookies) kept.delete(oldest);
  }

  /**
   * The value of `Cookie` in a request, null for none.
   * @param given the value that the app wants, if that may still be sent; a cookie that was set takes the place of
   * one of its name
   */
  headerFor(url: URL, given: string | null): string | null {
    const set = [...(this.#origins.get(url.origin)?.values() ?? [])].filter(({ path }) =>
      isWithin(url.pathname, path),
    );
    if (set.length === 0) return given;
    const names = new Set(set.map(({ name }) => name));
    const others = (given ?? '')
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair !== '' && !names.has(pair.split('=', 1)[0] as string));
    // https://www.rfc-editor.org/rfc/rfc6265#section-5.4: longer paths first
    set.sort((a, b) => b.path.length - a.path.length);
    return [...others, ...set.map(({ name, value }) => `${name}=${value}`)].join('; ');
  }
}

/** Whether the origin of this URL may set it. */
function isFor({ hostname, protocol }: URL, { domain, secure, name, path }: Cookie): boolean {
  if (secure && protocol !== 'https:') return false;
  if (/^__(secure|host)-/i.test(name) && !secure) return false;
  const named = domain?.replace(/^\./, '').toLowerCase() ?? '';
  if (/^__host-/i.test(name) && (named !== '' || path !== '/')) return false;
  return (
    named === '' || hostname === named || (hostname.endsWith(`.${named}`) && !/^[\d.]+$|:/.test(hostname))
  );
}

/** https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4 */
function defaultPath({ pathname }: URL): string {
  return pathname.slice(0, pathname.lastIndexOf('/')) || '/';
}

function isWithin(pathname: string, path: string): boolean {
  if (!pathname.startsWith(path)) return false;
  return pathname.length === path.length || path.endsWith('/') || pathname[path.length] === '/';
}
