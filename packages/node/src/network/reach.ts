import type { Socket } from 'node:net';
import type { Reachability } from '@background-fetch/core';
import type { buildConnector as BuildConnector } from 'undici';
import { reachabilityOf } from './failures.ts';

/**
 * Whether a server can be connected to: nothing is sent to it.
 * @param signal ends the wait: nobody was found
 * @param onError told why there is no connection
 */
export async function reach(
  { protocol, hostname, host, port }: URL,
  connect: BuildConnector.connector,
  signal: AbortSignal,
  onError: (error: Error) => void,
): Promise<Reachability> {
  if (signal.aborted) return 'silent';
  return await new Promise<Reachability>((resolve) => {
    const end = (): void => {
      connecting?.destroy();
      resolve('silent');
    };
    signal.addEventListener('abort', end, { once: true });
    // the brackets of an address of IPv6 go, as undici looks names up without them
    const name = hostname.replace(/^\[|\]$/g, '');
    // undici's types don't say that it returns the socket
    const connecting = connect({ protocol, hostname: name, host, port }, (error, socket) => {
      signal.removeEventListener('abort', end);
      socket?.on('error', () => {}).destroy();
      if (error && !signal.aborted) onError(error);
      resolve(error ? reachabilityOf(error, false) : 'answers');
    }) as unknown as Socket | undefined;
  });
}
