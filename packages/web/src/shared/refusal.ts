import { blockBadPort } from '@background-fetch/core';

/** Why a page's URL may not be fetched in the background, null if it may. */
export function refusal(url: URL): string | null {
  const { protocol } = url;
  if (!/^https?:$/.test(protocol)) return `only https: and http: are allowed, not ${protocol}`;
  return blockBadPort(url);
}

/**
 * Whether a URL is never asked for, because others can read and change on its way what comes over http: from another
 * machine. A browser blocks it in a page that came over https:, and in Chromium's own Background Fetch it fails from
 * http://localhost, too.
 * https://w3c.github.io/webappsec-secure-contexts/#is-url-trustworthy
 */
export function isMixedContent(url: string): boolean {
  const { protocol, hostname, origin } = new URL(url);
  const isLoopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return protocol === 'http:' && !isLoopback && origin !== location.origin;
}
