import type { Socket } from 'node:net';
import type { buildConnector as BuildConnector } from 'undici';
import { ReceiveBlocks } from './receive-blocks.ts';
import { buildConnector } from './undici.ts';

/**
 * Connects for undici. Node allocates 64 KiB for each read of a socket; plain connections get larger blocks here,
 * filled one read after the other and used again, which saves half of the CPU time of a fast download. TLS hands out
 * 16 KiB at a time whatever one does.
 */
export function createConnector(): BuildConnector.connector {
  const connectSecurely = buildConnector({});
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
    buildConnector(plain)(options, (...result) => {
      socket = result[1];
      callback(...result);
    });
  };
}
