/** The bytes of a chunk that are handed on: the chunk itself, as long as nothing is changed, and without a copy. */
export class Tidied {
  readonly #chunk: Buffer;
  readonly #parts: Buffer[] = [];
  /** The offset from which on bytes are not among the parts yet. */
  #from = 0;

  constructor(chunk: Buffer) {
    this.#chunk = chunk;
  }

  /** Puts something in the place of the bytes from `start` up to `end`, which is no less than any before it. */
  replace(start: number, end: number, by: Buffer | null): void {
    if (start > this.#from) this.#parts.push(this.#chunk.subarray(this.#from, start));
    if (by) this.#parts.push(by);
    this.#from = end;
  }

  finish(): Buffer {
    const chunk = this.#chunk;
    const rest = this.#from === 0 ? chunk : chunk.subarray(this.#from);
    if (this.#parts.length === 0) return rest;
    if (rest.length > 0) this.#parts.push(rest);
    const [only] = this.#parts;
    return only && this.#parts.length === 1 ? only : Buffer.concat(this.#parts);
  }
}
