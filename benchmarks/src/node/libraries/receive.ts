import type { Socket } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';

/** bytes that one read of a socket may bring */
const readSize = 2 ** 18;

/** Receives plain connections into memory that is used again, as fast as undici can be fed; TLS as Node has it. */
export function createConnector(): Agent {
  const secure = buildConnector({ rejectUnauthorized: false });
  return new Agent({
    connections: 16,
    connect: (options, callback) => {
      if (options.protocol === 'https:') return secure(options, callback);
      const memory = Buffer.allocUnsafeSlow(readSize);
      let target = memory;
      let socket: Socket | null = null;
      const onread = {
        // what undici has not yet looked at stays as it is
        buffer: () => {
          target = socket?.readableLength ? Buffer.allocUnsafeSlow(readSize) : memory;
          return target;
        },
        callback: (received: number) => socket?.push(target.subarray(0, received)) ?? false,
      };
      return buildConnector({ onread } as unknown as buildConnector.BuildOptions)(options, (...result) => {
        socket = result[1];
        callback(...result);
      });
    },
  });
}

/** Hands out the bytes of a response as its parser gives them. */
export function request(
  url: string,
  agent: Agent,
  take: (chunk: Buffer, controller: Dispatcher.DispatchController) => void,
): Promise<void> {
  const { origin, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    agent.dispatch(
      { origin, path: pathname, method: 'GET' },
      {
        onRequestStart: () => {},
        onResponseStart: (_controller, status) => {
          if (status !== 200) reject(new Error(`${url} answered ${status}`));
        },
        onResponseData: (controller, chunk) => take(chunk, controller),
        onResponseEnd: () => resolve(),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}
