/** Bytes that are kept until their end has come, in memory that grows with them. */
export class HeldBytes {
  #bytes = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  add(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.#bytes.length) {
      // the memory doubles: if it grew with each byte, all of it would be copied for each
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#bytes.length, 1024));
      larger.set(this.bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
  }

  clear(): void {
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
  }
}
