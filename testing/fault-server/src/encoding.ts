import { Readable } from 'node:stream';
import { constants, createBrotliCompress, createDeflate, createGzip } from 'node:zlib';

/** `source` in the named content coding; a coding nobody knows leaves the bytes as they are. */
export function encode(source: AsyncIterable<Uint8Array>, encoding: string): AsyncIterable<Uint8Array> {
  const compress = compressor(encoding);
  if (!compress) return source;
  const input = Readable.from(source, { objectMode: false });
  input.on('error', (error) => compress.destroy(error));
  compress.on('close', () => input.destroy());
  return input.pipe(compress);
}

/** The fastest level of each: the bodies are noise and don't shrink at any. */
function compressor(encoding: string) {
  switch (encoding) {
    case 'gzip':
      return createGzip({ level: 1 });
    case 'deflate':
      return createDeflate({ level: 1 });
    case 'br':
      return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
    default:
      return undefined;
  }
}
