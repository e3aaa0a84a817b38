/** Each port as its distance from the one before it, in base 36. */
const blockedPorts =
  '0 1 6 2 2 2 2 2 2 1 1 1 1 2 c 5 1 a g 8 2 8 8 6 1 1 1 5 1 1 2 2 2 2 4 c 2 2 4 i i 5u 12 12 1b 1 1 1 b 4 1 1 8 8 6 2 ' +
  '7 o e z 9t 1 3 2 k4 1 3 92 18q aq 41 o6 1 q3 fq 2r 1 1 1 1 a i 2lz';

/** Why a URL's port may not be fetched, null if it may. https://fetch.spec.whatwg.org/#port-blocking */
export function blockBadPort({ port }: URL): string | null {
  let blocked = 0;
  const isBad = blockedPorts.split(' ').some((distance) => {
    blocked += Number.parseInt(distance, 36);
    return port === `${blocked}`;
  });
  return isBad ? `port ${port} is blocked` : null;
}
