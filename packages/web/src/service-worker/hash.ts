import type { Hash } from '@background-fetch/core';

/** Where the separate script `background-fetch/integrity` leaves its hash: a worker can't load code later. */
const key = Symbol.for('background-fetch.hash');

type Holder = { [key]?: Hash };

export function provideHash(hash: Hash): void {
  (globalThis as Holder)[key] = hash;
}

export function getHash(): Hash | undefined {
  return (globalThis as Holder)[key];
}

export function hasIntegrity(): boolean {
  return getHash() !== undefined;
}
