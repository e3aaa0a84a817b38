import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { buildConnector as BuildConnector } from 'undici';
import { ReceiveBlocks } from './receive-blocks.ts';
import { buildConnector } from './undici.ts';

/** The certificates that a client trusts and shows. */
export interface TlsSettings {
  readonly secureContext?: SecureContext;
  readonly rejectUnauthorized?: boolean;
}

/** The code of the error with which a handshake ends when the server has none of the protocols that it was offered. */
const noProtocol = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';

/**
 * Connects for undici. Plain connections receive into blocks of ours: docs/discoveries.md#memory-for-each-read-of-a-socket
 *
 * HTTP/2 is spoken with servers that speak nothing else: ranges that come in parallel want a connection each. Most
 * servers choose HTTP/2 where both are offered, so it is only offered to one that has refused HTTP/1.1.
 *
 * @param tls asked for once, when something is to be secured
 */
export function createConnector(tls: () => TlsSettings): BuildConnector.connector {
  let secure: Record<'overHttp1' | 'overAny', BuildConnector.connector> | undefined;
  const refusingHttp1 = new Set<string>();
  const connectSecurely: BuildConnector.connector = (options, callback) => {
    const host = `${options.hostname}:${options.port}`;
    secure ??= {
      overHttp1: buildConnector({ ...tls() }),
      overAny: buildConnector({ ...tls(), allowH2: true }),
    };
    const { overHttp1, overAny } = secure;
    if (refusingHttp1.has(host)) return overAny(options, callback);
    return overHttp1(options, (...result) => {
      const [error] = result;
      if ((error as NodeJS.ErrnoException | null)?.code !== noProtocol) return callback(...result);
      refusingHttp1.add(host);
      overAny(options, callback);
    });
  };
  return (options, callback) => {
    if (options.protocol === 'https:') return connectSecurely(options, callback);
    const blocks = new ReceiveBlocks();
    let socket: Socket | null = null;
    const onread = {
      buffer: () => blocks.room(),
      callback: (received: number) => socket?.push(blocks.take(received)) ?? false,
    };
    // undici hands its options on to node:net, whose own they are; the types ask for a path, too
    const plain = { onread } as unknown as BuildConnector.BuildOptions;
    return buildConnector(plain)(options, (...result) => {
      socket = result[1];
      callback(...result);
    });
  };
}
