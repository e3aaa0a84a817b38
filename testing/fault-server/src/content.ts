import { fillBody } from './body.ts';
import { encode } from './encodings.ts';
import type { Faults } from './faults.ts';
import type { KeyState } from './key-state.ts';

const pieceSize = 64 * 1024;

/** The bytes that ranges are ranges of. */
export interface Content {
  readonly size: number;
  /** The coding they are in, if the server stores them that way. */
  readonly encoding: string | undefined;
  slice(start: number, end: number): Iterable<Uint8Array>;
}

/** The plain bytes of a version; with `ranges=coded` the coded ones, as of a file that is stored compressed. */
export async function contentOf(
  plain: { readonly key: string; readonly version: number; readonly size: number },
  faults: Faults,
  state: KeyState,
): Promise<Content> {
  const { key, version, size } = plain;
  const kind = faults.content === 'repetitive' ? 'repetitive' : 'random';
  const slice = function* (start: number, end: number): Generator<Uint8Array> {
    for (let offset = start; offset < end; offset += pieceSize) {
      const piece = new Uint8Array(Math.min(pieceSize, end - offset));
      fillBody(piece, key, version, offset, kind);
      yield piece;
    }
  };
  const { encoding } = faults;
  if (faults.ranges !== 'coded' || encoding === undefined) {
    return { size, encoding: undefined, slice };
  }
  const name = [version, size, kind, encoding].join();
  if (state.coded?.name !== name) {
    state.coded = { name, bytes: gather(encode(slice(0, size), encoding)) };
  }
  const coded = await state.coded.bytes;
  return {
    size: coded.length,
    encoding,
    slice: (start, end) => [coded.subarray(start, end)],
  };
}

async function gather(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const gathered: Uint8Array[] = [];
  for await (const piece of pieces) {
    gathered.push(piece);
  }
  return Buffer.concat(gathered);
}
