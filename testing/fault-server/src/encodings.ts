import { Readable } from 'node:stream';
import { createBrotliCompress, createGzip, constants as zlib } from 'node:zlib';

type Encoding = 'gzip' | 'br' | 'x-unknown';

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
    case 'x-unknown':
      return bytes;
  }
}
