/*
 * The bytes of every resource, computed and never stored, so that a client in a page, in a worker or in Node
 * can check any part of a body of any size by itself. This file imports nothing: browsers load it as it is.
 */

const scratchWords = new Uint32Array(16 * 1024);
const scratchBytes = new Uint8Array(scratchWords.buffer);

/**
 * Fills `target` with the body of version `version` of the resource `key`, from byte `offset` on.
 *
 * Byte `n` of a body depends on the key, on the version and on `n` alone. A 32-bit word is a bijective mix of
 * its index, so that no block of a body repeats within 16 GiB: bytes stored at a wrong place always show.
 * Of repetitive content only every 16th word is one; compression makes it about ten times smaller.
 */
export function fillBody(
  target: Uint8Array,
  key: string,
  version: number,
  offset: number,
  content: 'random' | 'repetitive' = 'random',
): void {
  let position = offset;
  let filled = 0;
  while (filled < target.length) {
    const firstWord = Math.floor(position / 4);
    const skipped = position - firstWord * 4;
    const length = Math.min(target.length - filled, scratchBytes.length - skipped);
    fillScratch(Math.ceil((skipped + length) / 4), key, version, firstWord, content === 'repetitive');
    target.set(scratchBytes.subarray(skipped, skipped + length), filled);
    filled += length;
    position += length;
  }
}

function fillScratch(words: number, key: string, version: number, firstWord: number, repeats: boolean): void {
  // Bitwise operators see the low 32 bits only: beyond 16 GiB the high bits select another sequence.
  const era = Math.floor(firstWord / 2 ** 32);
  const seed = hash(`${key}\n${version}\n${era}`);
  const secondSeed = hash(`${era}\n${version}\n${key}`);
  for (let i = 0; i < words; i++) {
    const index = (firstWord + i) | 0;
    let word = Math.imul(repeats ? index & 15 || index : index, 0x9e3779b1) ^ seed;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = (word + secondSeed) | 0;
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    scratchWords[i] = word ^ (word >>> 16);
  }
}

/** FNV-1a, then a finalizer, because the texts that are hashed differ in one character. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
  return (value ^ (value >>> 16)) | 0;
}
