/** https://fetch.spec.whatwg.org/#port-blocking, each port as its distance from the one before it, in base 36 */
const blockedPorts =
  '0 1 6 2 2 2 2 2 2 1 1 1 1 2 c 5 1 a g 8 2 8 8 6 1 1 1 5 1 1 2 2 2 2 4 c 2 2 4 i i 5u 12 12 1b 1 1 1 b 4 1 1 8 8 6 2 ' +
  '7 o e z 9t 1 3 2 k4 1 3 92 18q aq 41 o6 1 q3 fq 2r 1 1 1 1 a i 2lz';

function isBlocked(port: string): boolean {
  let blocked = 0;
  return blockedPorts.split(' ').some((distance) => {
    blocked += Number.parseInt(distance, 36);
    return port === `${blocked}`;
  });
}

/** Why a page's URL may not be fetched in the background, null if it may. */
export function refusal({ protocol, hostname, port }: URL): string | null {
  const loopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback)) {
    return `only https: is allowed, and http: on this machine, not ${protocol}`;
  }
  return isBlocked(port) ? `port ${port} is blocked` : null;
}
