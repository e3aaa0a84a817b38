import type { Random } from '@background-fetch/core';

export interface SeededRandom extends Random {
  /** From `min` up to and including `max`. */
  integer(min: number, max: number): number;
  /** Another sequence, which depends on this seed and the name alone: what one part draws does not shift another's. */
  fork(name: string): SeededRandom;
}

/** FNV-1a over UTF-16 code units. */
export function hashText(text: string, start = 0x811c9dc5): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Spreads the bits of a 32-bit number. */
export function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** The same seed gives the same numbers, on every machine. */
export function seededRandom(seed: number | string): SeededRandom {
  const start = hashText(String(seed));
  let counter = 0;
  const next = () => mix(start + Math.imul(++counter, 0x9e3779b9)) / 2 ** 32;
  return {
    next,
    integer: (min, max) => min + Math.floor(next() * (max - min + 1)),
    fork: (name) => seededRandom(`${seed}/${name}`),
  };
}
