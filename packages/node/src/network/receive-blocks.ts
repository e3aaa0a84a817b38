/** bytes of a block */
const blockSize = 256 * 1024;
/** A block with less room than this is followed by a new one. */
const smallestRead = 64 * 1024;
/** Blocks that are kept although nothing is in them. */
const spareBlocks = 64;

/** Memory that connections receive into. */
interface Block {
  readonly bytes: Buffer;
  filled: number;
  /** bytes that nobody needs any more */
  released: number;
  /** whether nothing more will be received into it */
  full: boolean;
}

const spare: Block[] = [];
const blocks = new WeakMap<ArrayBufferLike, Block>();

function takeBlock(): Block {
  const used = spare.pop();
  if (used) {
    used.filled = 0;
    used.released = 0;
    used.full = false;
    return used;
  }
  const bytes = Buffer.allocUnsafeSlow(blockSize);
  const block = { bytes, filled: 0, released: 0, full: false };
  blocks.set(bytes.buffer, block);
  return block;
}

function reuse(block: Block): void {
  if (!block.full || block.released < block.filled) return;
  block.full = false;
  if (spare.length < spareBlocks) spare.push(block);
}

/**
 * Gives received bytes back: nobody may look at them any more. A block of which all was given back is received into again,
 * docs/discoveries.md#memory-for-each-read-of-a-socket. One that is never given back whole is left to the garbage
 * collector.
 */
export function releaseReceived(bytes: Uint8Array): void {
  const block = blocks.get(bytes.buffer);
  if (!block) return;
  block.released += bytes.byteLength;
  reuse(block);
}

/** The blocks of one connection: each read goes behind the one before. */
export class ReceiveBlocks {
  #block: Block | null = null;

  room(): Buffer {
    if (this.#block && blockSize - this.#block.filled < smallestRead) {
      this.#block.full = true;
      reuse(this.#block);
      this.#block = null;
    }
    this.#block ??= takeBlock();
    return this.#block.bytes.subarray(this.#block.filled);
  }

  take(received: number): Buffer {
    const block = this.#block as Block;
    const start = block.filled;
    block.filled += received;
    return block.bytes.subarray(start, block.filled);
  }
}
