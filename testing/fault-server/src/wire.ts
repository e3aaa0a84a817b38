import type { OutgoingHttpHeaders } from 'node:http';
import type { Exchange } from './exchange.ts';

interface Content {
  readonly status: number;
  /** bytes */
  readonly size: number;
  readonly bytes: Iterable<Uint8Array>;
}

/** How far a Content-Length is from the truth, in bytes. */
const lie = 1000;

/** Answers as no HTTP library lets a server answer: head and body are written to the connection as they are here. */
export async function sendByHand(
  exchange: Exchange,
  wire: string,
  headers: OutgoingHttpHeaders,
  { status, size, bytes }: Content,
): Promise<void> {
  const { response } = exchange;
  const { socket } = response;
  if (!socket) return;
  const all = { ...response.getHeaders(), ...headers, Connection: 'close' };
  const fields = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const statusLine = wire === 'head-garbage' ? 'HTTP/1.1 fine' : `HTTP/1.1 ${status} As Asked`;
  const head = [statusLine, ...fields, ...framing(wire, size)].join('\r\n');
  exchange.note({ status, responseHeaders: all });
  if (wire === 'head-cut' || wire === 'head-end') {
    socket.write(wire === 'head-cut' ? head : head.slice(0, head.indexOf('\r\nContent-Length') + 6));
    await exchange.pause(20);
    if (wire === 'head-cut') exchange.reset();
    else exchange.cut();
    return;
  }
  const chunked = wire === 'chunk-malformed';
  socket.write(`${head}\r\n\r\n`);
  for (const piece of bytes) {
    if (socket.destroyed) return;
    if (chunked) socket.write(`${piece.length.toString(16)}\r\n`);
    await new Promise((resolve) => socket.write(piece, resolve));
    exchange.note({ bytesSent: exchange.entry.bytesSent + piece.length });
    if (chunked) socket.write('\r\nxyz\r\n');
  }
  exchange.cut();
}

/** The lines that tell where the body ends. */
function framing(wire: string, size: number): string[] {
  switch (wire) {
    case 'chunk-malformed':
      return ['Transfer-Encoding: chunked'];
    case 'length-short':
      return [`Content-Length: ${size - lie}`];
    case 'length-long':
      return [`Content-Length: ${size + lie}`];
    case 'length-twice':
      return [`Content-Length: ${size}`, `Content-Length: ${size}`];
    case 'length-conflicting':
      return [`Content-Length: ${size}`, `Content-Length: ${size - lie}`];
    case 'length-negative':
      return [`Content-Length: -${size}`];
    case 'length-huge':
      return ['Content-Length: 99999999999999999999999'];
    default:
      return [`Content-Length: ${size}`];
  }
}
