/**
 * The bytes of every resource: a function of key, version and position, so that any range can be made without
 * the bytes before it, and a byte that lands at the wrong place or comes from another version shows.
 *
 * Platform-free: browser tests import this file to verify what they received.
 */

const WORD = 4;

/**
 * Fills `target` with the bytes of `key` at `version`, starting at byte `offset` of the body.
 * A body has no end of its own: a resource of `size` bytes is the first `size` of them.
 */
export function fillBody(target: Uint8Array, key: string, version: number, offset: number): void {
  const first = hashText(`${key}\n${version}`, 0x9e3779b9);
  const second = hashText(`${version}\n${key}`, 0x85ebca6b);
  const head = Math.min(target.length, (WORD - (offset % WORD)) % WORD);
  fillBytes(target.subarray(0, head), first, second, offset);

  const words = Math.floor((target.length - head) / WORD);
  fillWords(target.subarray(head, head + words * WORD), first, second, (offset + head) / WORD);

  const done = head + words * WORD;
  fillBytes(target.subarray(done), first, second, offset + done);
}

/** Where `actual` first differs from the body at `offset`, as an index into `actual`; -1 if it is the same. */
export function findDifference(actual: Uint8Array, key: string, version: number, offset: number): number {
  const expected = new Uint8Array(Math.min(actual.length, 1 << 20));
  for (let at = 0; at < actual.length; at += expected.length) {
    const part = actual.subarray(at, at + expected.length);
    fillBody(expected.subarray(0, part.length), key, version, offset + at);
    for (let index = 0; index < part.length; index++) {
      if (part[index] !== expected[index]) return at + index;
    }
  }
  return -1;
}

function fillWords(target: Uint8Array, first: number, second: number, wordIndex: number): void {
  if (target.byteOffset % WORD !== 0) {
    const aligned = new Uint8Array(target.length);
    fillWords(aligned, first, second, wordIndex);
    target.set(aligned);
    return;
  }
  const words = new Int32Array(target.buffer, target.byteOffset, target.length / WORD);
  let done = 0;
  while (done < words.length) {
    // The low half of the index runs inside the loop as a 32-bit integer; the high half only seeds it.
    const index = wordIndex + done;
    const low = index % 2 ** 32;
    const high = Math.floor(index / 2 ** 32);
    const run = Math.min(words.length - done, 2 ** 32 - low);
    fillRun(words.subarray(done, done + run), first ^ Math.imul(high, 0x27d4eb2f), (second + high) | 0, low);
    done += run;
  }
}

function fillRun(words: Int32Array, first: number, second: number, low: number): void {
  for (let index = 0; index < words.length; index++) words[index] = mix((low + index) | 0, first, second);
}

function fillBytes(target: Uint8Array, first: number, second: number, offset: number): void {
  const word = new Uint8Array(WORD);
  for (let index = 0; index < target.length; index++) {
    const at = offset + index;
    fillWords(word, first, second, Math.floor(at / WORD));
    target[index] = word[at % WORD] as number;
  }
}

/**
 * The second seed enters between the two rounds: with one seed at the start, two versions would hold the same
 * words at shuffled places, and a misplaced range could pass for the other version's bytes.
 */
function mix(index: number, first: number, second: number): number {
  let word = Math.imul(index ^ first, 0x85ebca6b);
  word = Math.imul(((word ^ (word >>> 15)) + second) | 0, 0xc2b2ae35);
  return word ^ (word >>> 16);
}

function hashText(text: string, seed: number): number {
  let hash = seed | 0;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hash ^= hash >>> 13;
  }
  return Math.imul(hash ^ (hash >>> 16), 0x2c1b3c6d);
}
