import { blockBadPort } from '@background-fetch/core';

/** Why a page's URL may not be fetched in the background, null if it may. */
export function refusal(url: URL): string | null {
  const { protocol, hostname } = url;
  const loopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback)) {
    return `only https: is allowed, and http: on this machine, not ${protocol}`;
  }
  return blockBadPort(url);
}
