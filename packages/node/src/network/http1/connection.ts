import type { Duplex } from 'node:stream';
import { takesBody } from '../takes-body.ts';
import { MalformedResponseError } from './malformed-response.ts';
import { ReadEnd } from './read-end.ts';
import { ResponseStream } from './response-stream.ts';

type WriteCallback = (error?: Error | null) => void;

/** Emitted at a connection to which writing has failed, when more was read. */
const moreRead = Symbol('more read');
const nothing = Buffer.alloc(0);
const streams = new WeakMap<Duplex, ResponseStream>();
/** The connection is gone, and what the server said before it ended that may lie here unread. */
const endedByPeer = new Set(['EPIPE', 'ECONNRESET', 'ECONNABORTED']);

/** The responses that come over a connection, undefined where nobody looks at them. */
export function responsesOf(connection: Duplex): ResponseStream | undefined {
  return streams.get(connection);
}

/**
 * Puts in order from now on what is received over a connection of HTTP/1 (`ResponseStream`), and reads to its end one
 * that can't be written to any more. Any dispatcher's connection will do: both are done where the stream is fed and
 * drained, by the methods that Node has for that. Does nothing the second time.
 */
export function listenTo(connection: Duplex): void {
  if (streams.has(connection)) return;
  const stream = new ResponseStream(() => (connection as { bytesWritten?: number }).bytesWritten ?? 0);
  streams.set(connection, stream);
  tidyReads(connection, stream);
  tellFailedWritesLater(connection, stream);
}

function tidyReads(connection: Duplex, stream: ResponseStream): void {
  const push = connection.push.bind(connection);
  const end = new ReadEnd(connection, push);
  connection.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null) return end.tell();
    if (!(chunk instanceof Uint8Array)) return push(chunk, encoding);
    if (stream.isOver) return push(nothing);
    try {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      // an empty push still says that a read has ended
      const wantsMore = push(stream.take(bytes));
      if (connection.listenerCount(moreRead) > 0) connection.emit(moreRead);
      return stream.isOver ? end.tell() : wantsMore;
    } catch (error) {
      if (!(error instanceof MalformedResponseError)) throw error;
      connection.destroy(error);
      return false;
    }
  };
}

/**
 * A server that has refused a body before it took all of it may end the connection: then writing fails, and the stream
 * with it, while the refusal lies here unread. So that is told once everything is read, or an answer that is none.
 */
function tellFailedWritesLater(connection: Duplex, stream: ResponseStream): void {
  const write = connection._write.bind(connection);
  const writeMany = connection._writev?.bind(connection);
  const later =
    (callback: WriteCallback): WriteCallback =>
    (error) => {
      const { code } = (error ?? {}) as { code?: string };
      if (!error || !endedByPeer.has(code ?? '') || connection.readableEnded) return callback(error);
      const tell = (): void => {
        connection.off('end', tell).off(moreRead, tellUnlessRefused);
        callback(error);
      };
      const tellUnlessRefused = (): void => {
        if (stream.status !== null && takesBody(stream.status)) tell();
      };
      connection.once('end', tell).on(moreRead, tellUnlessRefused);
      tellUnlessRefused();
    };
  connection._write = (chunk, encoding, callback) => write(chunk, encoding, later(callback));
  if (writeMany) connection._writev = (chunks, callback) => writeMany(chunks, later(callback));
}
