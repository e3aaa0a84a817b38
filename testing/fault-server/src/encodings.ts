import { Readable } from 'node:stream';
import { createBrotliCompress, createGzip, constants as zlib } from 'node:zlib';

type Encoding = 'gzip' | 'br' | 'zstd' | 'x-unknown';

const largestBlock = 128 * 1024;

/** Compresses on the fly. An unknown encoding names itself and leaves the bytes as they are. */
export function encode(
  bytes: Iterable<Uint8Array>,
  encoding: string,
): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  switch (encoding as Encoding) {
    case 'gzip':
      return Readable.from(bytes).pipe(createGzip({ level: 1 }));
    case 'br':
      return Readable.from(bytes).pipe(createBrotliCompress({ params: { [zlib.BROTLI_PARAM_QUALITY]: 1 } }));
    case 'zstd':
      return zstdFrame(bytes);
    case 'x-unknown':
      return bytes;
  }
}

/**
 * A Zstandard frame of blocks that are not compressed: Node 20 has no compressor.
 *
 * https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1
 */
function* zstdFrame(bytes: Iterable<Uint8Array>): Generator<Uint8Array> {
  // the magic number; no checksum, no content size; a window of 128 KiB
  yield Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38);
  for (const piece of bytes) {
    for (let offset = 0; offset < piece.length; offset += largestBlock) {
      const block = piece.subarray(offset, offset + largestBlock);
      yield blockHeader(block.length, false);
      yield block;
    }
  }
  yield blockHeader(0, true);
}

/** Three bytes, the lowest first: whether it is the last, the type (0 is raw), the size. */
function blockHeader(size: number, last: boolean): Uint8Array {
  const header = size * 8 + (last ? 1 : 0);
  return Uint8Array.of(header & 0xff, (header >> 8) & 0xff, header >> 16);
}
