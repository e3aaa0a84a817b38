import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { longestLine } from './protocol.ts';

/** Splits what a socket brings into lines; a line longer than `limit` characters destroys the socket. */
export function readLines(socket: Socket, limit: number, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let length = 0;
  socket.on('data', (chunk: Buffer) => {
    const [first = '', ...rest] = decoder.write(chunk).split('\n');
    parts.push(first);
    length += first.length;
    for (const next of rest) {
      if (length > limit) break;
      onLine(parts.join(''));
      parts = [next];
      length = next.length;
    }
    if (length > limit) socket.destroy(new Error(`A line of more than ${limit} characters came`));
  });
}

/** A message as a line; null for one that the other side would not take. */
export function lineOf(message: unknown): string | null {
  const line = JSON.stringify(message);
  return line.length > longestLine ? null : `${line}\n`;
}

/** Resolves when it is the operating system's to deliver, or the socket is gone. */
export function writeLine(socket: Socket, line: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.write(line, () => resolve());
  });
}
