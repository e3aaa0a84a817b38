import type { Reachability } from '@background-fetch/core';
import type { buildConnector as BuildConnector } from 'undici';
import { reachabilityOf } from './failures.ts';

/**
 * Whether a server can be connected to: nothing is sent to it.
 * @param signal ends the wait: nobody was found
 */
export async function reach(
  { protocol, hostname, host, port }: URL,
  connect: BuildConnector.connector,
  signal: AbortSignal,
): Promise<Reachability> {
  if (signal.aborted) return 'silent';
  return await new Promise<Reachability>((resolve) => {
    signal.addEventListener('abort', () => resolve('silent'), { once: true });
    // as undici does, which looks names up without the brackets of an address of IPv6
    const name = hostname.replace(/^\[|\]$/g, '');
    connect({ protocol, hostname: name, host, port }, (error, socket) => {
      socket?.on('error', () => {}).destroy();
      resolve(error ? reachabilityOf(error, false) : 'answers');
    });
  });
}
