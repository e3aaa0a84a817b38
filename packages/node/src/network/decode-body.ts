import { pipeline, Readable, type Transform } from 'node:stream';
import zlib from 'node:zlib';

/** The bytes that came are not in the content coding that the response says they are in. */
export class CodingError extends TypeError {
  override readonly name = 'CodingError';

  constructor(cause: Error) {
    super(`The response's content coding is broken or cut: ${cause.message}`, { cause });
  }
}

/** Makes a decoder; some look at the first bytes. */
type MakeDecoder = (first: Uint8Array) => Transform;

/** More codings than this on top of each other are an attack: they are not undone. */
const mostCodings = 5;

/**
 * The makers of the decoders for a `Content-Encoding`, in the order of their use; null if one is not known: then the
 * body is left as it is.
 */
export function decodersFor(contentEncoding: string | null): MakeDecoder[] | null {
  const codings = (contentEncoding ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > mostCodings) return null;
  const decoders: MakeDecoder[] = [];
  for (const coding of codings.reverse()) {
    const decoder = decoderFor(coding);
    if (!decoder) return null;
    decoders.push(decoder);
  }
  return decoders;
}

/**
 * Whether the decoders find a cut of a body in these codings:
 * docs/discoveries.md#bodies-that-end-too-early-for-their-coding
 */
export function findsCuts(contentEncoding: string): boolean {
  return !/\bzstd\b/i.test(contentEncoding);
}

function decoderFor(coding: string): MakeDecoder | null {
  // with these defaults a cut is an error; Node's own fetch has other ones
  if (coding === 'gzip' || coding === 'x-gzip') return () => zlib.createGunzip();
  if (coding === 'br') return () => zlib.createBrotliDecompress();
  // some servers leave the header of zlib out; with it, the low bits of the first byte are 8
  if (coding === 'deflate')
    return (first) => (((first[0] ?? 0) & 15) === 8 ? zlib.createInflate() : zlib.createInflateRaw());
  if (coding === 'zstd' && 'createZstdDecompress' in zlib) {
    return zlib.createZstdDecompress as () => Transform;
  }
  return null;
}

/**
 * The decoded chunks of a body. Fails with a TypeError if they can't be decoded or end too early.
 * @param begun told of the first byte
 * @param broken told of a coding that is broken or cut, and not of a body that is
 */
export async function* decode(
  chunks: AsyncGenerator<Uint8Array, void>,
  decoders: readonly MakeDecoder[],
  begun: () => void = () => {},
  broken: (error: CodingError) => void = () => {},
): AsyncGenerator<Uint8Array, void> {
  const first = await chunks.next();
  // an empty body is empty in any coding
  if (first.done) return;
  begun();
  const encoded = Readable.from(prepend(first.value, chunks), { objectMode: false });
  const transforms = decoders.map((create) => create(first.value));
  let failure: unknown = null;
  const decoded = pipeline([encoded, ...transforms], (error) => {
    failure = error;
  }) as unknown as Readable;
  try {
    yield* decoded;
  } catch (error) {
    const cause = failure ?? error;
    // errors of zlib have a number; any other is the body's own failure
    if (!(cause instanceof Error && 'errno' in cause)) throw cause;
    const coding = new CodingError(cause);
    broken(coding);
    throw coding;
  }
}

async function* prepend(
  first: Uint8Array,
  chunks: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array, void> {
  yield first;
  yield* chunks;
}
