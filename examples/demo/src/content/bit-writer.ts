/** Writes fields of any width, most significant bit first, as MPEG bit streams are laid out. */
export class BitWriter {
  #length = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bits written so far. */
  get length(): number {
    return this.#length;
  }

  write(value: number, width: number): void {
    for (let bit = width - 1; bit >= 0; bit--) {
      if ((value >>> bit) & 1) {
        const index = this.#length >>> 3;
        this.#bytes[index] = (this.#bytes[index] as number) | (0x80 >>> (this.#length & 7));
      }
      this.#length++;
    }
  }
}
