import { ServerResponse } from 'node:http';

type WriteDone = (error?: Error | null) => void;

/** A response that counts the body bytes handed to the socket, and those that the kernel has taken. */
export class CountedResponse extends ServerResponse {
  onSent: (bytes: number) => void = () => {};
  onFlushed: (bytes: number) => void = () => {};

  override write(chunk: unknown, encoding?: BufferEncoding | WriteDone, done?: WriteDone): boolean {
    const callback = typeof encoding === 'function' ? encoding : done;
    const counted = this.#count(chunk, typeof encoding === 'string' ? encoding : 'utf8', callback);
    return typeof encoding === 'string' ? super.write(chunk, encoding, counted) : super.write(chunk, counted);
  }

  override end(chunk?: unknown, encoding?: BufferEncoding | (() => void), done?: () => void): this {
    if (chunk === undefined || chunk === null || typeof chunk === 'function') {
      return super.end(chunk as (() => void) | undefined);
    }
    const callback = typeof encoding === 'function' ? encoding : done;
    const charset = typeof encoding === 'string' ? encoding : 'utf8';
    return super.end(chunk, charset, this.#count(chunk, charset, callback));
  }

  #count(chunk: unknown, encoding: BufferEncoding, done: WriteDone | undefined): WriteDone {
    // Node drops the body of an answer to HEAD and of a 204 or 304.
    const size =
      this.req.method === 'HEAD' || [204, 304].includes(this.statusCode) ? 0 : sizeOf(chunk, encoding);
    this.onSent(size);
    return (error) => {
      if (!error) this.onFlushed(size);
      done?.(error);
    };
  }
}

function sizeOf(chunk: unknown, encoding: BufferEncoding): number {
  return typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : (chunk as Uint8Array).byteLength;
}
