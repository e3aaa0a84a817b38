import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { OpenFiles } from './open-files.ts';

/** Bytes that belong at an offset of a file. */
export interface Extent {
  readonly offset: number;
  readonly parts: readonly Uint8Array[];
}

/** Bytes that go past the page cache begin and end at multiples of this, in their file and in memory. */
const alignment = 4096;
/** Less than this is not worth it. */
const smallestWrite = 256 * 1024;
/** bytes of memory that are written at a time; whole pages of WebAssembly */
const blockSize = 2048 * 1024;
/** The number of blocks; more would wait for Node's threads. */
const blockCount = 4;

/**
 * Writes large parts of files past the page cache of the operating system (`O_DIRECT`), which takes a third of the time:
 * docs/discoveries.md#writes-past-the-page-cache
 *
 * Where the system, the file system or the memory does not allow it, everything is left to be written as usual.
 */
export class DirectWrites {
  readonly #files: OpenFiles | null;
  readonly #blocks = new Blocks();
  #possible: boolean;

  constructor(folder: string) {
    const direct = constants.O_DIRECT as number | undefined;
    this.#files = direct === undefined ? null : new OpenFiles(folder, constants.O_RDWR | direct);
    this.#possible = this.#files !== null;
  }

  /** Writes what it can, without a sync. Resolves with what is left to be written. */
  async write(file: string, { offset, parts }: Extent): Promise<readonly Extent[]> {
    const whole = { offset, parts };
    const length = parts.reduce((total, part) => total + part.byteLength, 0);
    const start = Math.ceil(offset / alignment) * alignment;
    const end = Math.floor((offset + length) / alignment) * alignment;
    if (!this.#files || !this.#possible || end - start < smallestWrite) return [whole];
    const middle = slice(whole, start, end);
    try {
      await this.#files.use(file, (handle) => this.#writeBlocks(handle, middle));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#possible = false;
      return [whole];
    }
    return [slice(whole, offset, start), slice(whole, end, offset + length)].filter(
      (rest) => rest.parts.length > 0,
    );
  }

  async #writeBlocks(handle: FileHandle, { offset, parts }: Extent): Promise<void> {
    const block = await this.#blocks.take();
    try {
      const source = new Source(parts);
      for (let position = offset; ; ) {
        const filled = source.fill(block);
        if (filled === 0) return;
        await writeWhole(handle, block.subarray(0, filled), position);
        position += filled;
      }
    } finally {
      this.#blocks.giveBack(block);
    }
  }

  async forget(file: string): Promise<void> {
    await this.#files?.forget(file);
  }

  async close(): Promise<void> {
    await this.#files?.close();
  }
}

/** The file system has no such writes, or wants other multiples; or there is no memory of that kind. */
function isRefusal(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EINVAL' || code === 'EOPNOTSUPP' || error instanceof RangeError;
}

async function writeWhole(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, offset + done);
    if (bytesWritten === 0) throw new Error('The file took no bytes');
    done += bytesWritten;
  }
}

/** The part of an extent from `start` up to `end`. */
function slice({ offset, parts }: Extent, start: number, end: number): Extent {
  let position = offset;
  const within = parts.flatMap((part) => {
    const from = Math.max(start - position, 0);
    const to = Math.min(end - position, part.byteLength);
    position += part.byteLength;
    return from < to ? [part.subarray(from, to)] : [];
  });
  return { offset: start, parts: within };
}

/** Bytes in several parts, to be copied into blocks one after the other. */
class Source {
  readonly #parts: readonly Uint8Array[];
  #index = 0;
  #taken = 0;

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts;
  }

  /** Fills a block as far as there are bytes, and returns how far that is. */
  fill(block: Uint8Array): number {
    let filled = 0;
    for (let part = this.#parts[this.#index]; part && filled < block.byteLength; ) {
      const bytes = part.subarray(this.#taken, this.#taken + block.byteLength - filled);
      block.set(bytes, filled);
      filled += bytes.byteLength;
      this.#taken += bytes.byteLength;
      if (this.#taken < part.byteLength) break;
      this.#taken = 0;
      part = this.#parts[++this.#index];
    }
    return filled;
  }
}

/** Memory that begins at a page: that of WebAssembly does, and nothing else in JavaScript can be told to. */
class Blocks {
  #free: Uint8Array[] | null = null;
  readonly #waiting: ((block: Uint8Array) => void)[] = [];

  async take(): Promise<Uint8Array> {
    this.#free ??= allocate();
    return this.#free.pop() ?? (await new Promise((resolve) => this.#waiting.push(resolve)));
  }

  giveBack(block: Uint8Array): void {
    const next = this.#waiting.shift();
    if (next) next(block);
    else this.#free?.push(block);
  }
}

function allocate(): Uint8Array[] {
  const pages = (blockCount * blockSize) / 65536;
  const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
  return Array.from({ length: blockCount }, (_, i) => new Uint8Array(buffer, i * blockSize, blockSize));
}
