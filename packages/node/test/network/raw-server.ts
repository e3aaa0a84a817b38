import { createServer, type Socket } from 'node:net';
import { afterEach } from 'vitest';

/** What a connection's first request looks like, and the means to answer it to the byte. */
export type AnswerRaw = (socket: Socket, head: string) => void;

/** Servers that answer with exactly what a test says, whether that is HTTP or not. They end with the test. */
export function useRawServers(): (answer: AnswerRaw | string) => Promise<string> {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
  });
  return async (answer) => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      let head = '';
      socket.on('data', (chunk: Buffer) => {
        head += chunk.toString('latin1');
        if (!head.includes('\r\n\r\n')) return;
        const whole = head;
        head = '';
        if (typeof answer === 'string') socket.end(answer, 'latin1');
        else answer(socket, whole);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  };
}

/** A response of these header lines and this body, lines ended as HTTP wants it. */
export function rawResponse(lines: readonly string[], body = ''): string {
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
