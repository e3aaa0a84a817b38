import type { BodyReader, BodyStream } from '@background-fetch/core';

interface Source {
  /** Tells the source that more may come. */
  resume(): void;
  /** Tells the source that the rest is not wanted. */
  discard(): void;
}

interface Waiting {
  readonly resolve: (result: ReadableStreamReadResult<Uint8Array>) => void;
  readonly reject: (reason: unknown) => void;
}

/** The number of bytes that are received ahead of their reader. */
const readAhead = 2 ** 19;
/** Chunks of fewer bytes are joined while they wait: a server may make each byte a chunk, which costs us a hundred. */
const smallChunk = 2 ** 12;
/** bytes that small chunks are joined in */
const blockSize = 2 ** 16;

/**
 * The body of a response as it is received, for one reader. It does what a ReadableStream does for it, at a fraction of
 * the cost: with many small bodies, making and reading streams would be a seventh of all that there is to do.
 */
export class ReceivedBody implements BodyStream {
  readonly #source: Source;
  #chunks: Uint8Array[] = [];
  /** bytes of these */
  #length = 0;
  /** The block in which small chunks are joined: the last of the chunks that wait is the first `end` bytes of it. */
  #block: { readonly bytes: Uint8Array; end: number } | null = null;
  #waiting: Waiting[] = [];
  #paused = false;
  /** The end of the body, null while more may come. */
  #end: { readonly failure: { readonly reason: unknown } | null } | null = null;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Takes a chunk. Returns whether more may come before `resume` is called. */
  enqueue(chunk: Uint8Array): boolean {
    if (this.#end) return true;
    const reader = this.#waiting.shift();
    if (reader) reader.resolve({ done: false, value: chunk });
    else this.#keep(chunk);
    this.#paused = this.#length >= readAhead;
    return !this.#paused;
  }

  #keep(chunk: Uint8Array): void {
    this.#length += chunk.byteLength;
    const last = this.#chunks.at(-1);
    const isJoined = last !== undefined && this.#joins(last, chunk);
    if (!isJoined) {
      this.#block = null;
      this.#chunks.push(chunk);
    }
  }

  /** Puts a small chunk behind the last that waits, if that is one, too, or a block of them with room. */
  #joins(last: Uint8Array, chunk: Uint8Array): boolean {
    if (chunk.byteLength >= smallChunk) return false;
    if (!this.#block) {
      if (last.byteLength >= smallChunk) return false;
      this.#block = { bytes: new Uint8Array(blockSize), end: last.byteLength };
      this.#block.bytes.set(last);
    }
    const { bytes, end } = this.#block;
    if (end + chunk.byteLength > blockSize) return false;
    bytes.set(chunk, end);
    this.#block.end += chunk.byteLength;
    this.#chunks[this.#chunks.length - 1] = bytes.subarray(0, this.#block.end);
    return true;
  }

  /** Ends the body: nothing more comes. */
  close(): void {
    if (this.#end) return;
    this.#end = { failure: null };
    for (const { resolve } of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  /** Ends the body with an error. Bytes that were not read are dropped. */
  error(reason: unknown): void {
    if (this.#end) return;
    this.#end = { failure: { reason } };
    this.#drop();
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
  }

  getReader(): BodyReader {
    return { read: () => this.#read(), cancel: () => this.cancel() };
  }

  async cancel(): Promise<void> {
    this.#drop();
    if (this.#end) return;
    this.close();
    this.#source.discard();
  }

  async #read(): Promise<ReadableStreamReadResult<Uint8Array>> {
    const chunk = this.#chunks.shift();
    if (chunk) {
      this.#length -= chunk.byteLength;
      // no byte is written behind the reader's back
      if (this.#chunks.length === 0) this.#block = null;
      this.#resume();
      return { done: false, value: chunk };
    }
    if (this.#end?.failure) throw this.#end.failure.reason;
    if (this.#end) return { done: true, value: undefined };
    return await new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #resume(): void {
    if (!this.#paused || this.#length >= readAhead) return;
    this.#paused = false;
    if (!this.#end) this.#source.resume();
  }

  #drop(): void {
    this.#chunks = [];
    this.#block = null;
    this.#length = 0;
  }
}
