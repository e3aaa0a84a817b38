import type { BodyKey, RegistrationKey, Store } from '@background-fetch/core';
import { assert } from 'chai';
import { sampleBytes } from '../samples.ts';

/** One place of storage, empty when it is made. */
export interface StoreUnderTest {
  /** Another context's access to it. */
  open(): Store;
  /** Ends a context's access. */
  close(store: Store): Promise<void> | void;
  /** Leaves nothing behind. */
  dispose(): Promise<void> | void;
  /** For a store whose bytes something else can change; it is required where the contract is told so. */
  readonly mending?: {
    /** See `EnginePorts.mend`. */
    mend(store: Store, registration: RegistrationKey): Promise<void>;
    /** Takes all bytes of a body from `left` on away, behind the store's back. */
    lose(store: Store, body: BodyKey, left: number): Promise<void>;
  };
  /** Makes this store's next write fail; absent where that can't be arranged. */
  failNextWrite?(store: Store, failure: 'quota' | 'io'): void;
}

/** The place of storage of the current test, and one context's access to it. */
export interface StoreFixture {
  readonly place: StoreUnderTest;
  readonly store: Store;
}

export const sampleBody: BodyKey = { fetch: 'fetch-1', index: 0, body: 0 };

/** Large enough to be kept in another form than a few bytes are, where a host has two. */
export const large = 300 * 1024;

/** Puts a body's bytes in these ranges, each as a transaction, in this order. */
export async function putRanges(store: Store, body: BodyKey, ...ranges: [start: number, end: number][]) {
  for (const [start, end] of ranges) {
    await store.write(async (transaction) => transaction.putBytes(body, start, [sampleBytes(start, end)]));
  }
}

/** Reads from `start` to `end`, in as many calls as it takes. Fails where bytes are missing or too many. */
export async function readRange(
  store: Store,
  body: BodyKey,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const whole = new Uint8Array(end - start);
  let position = start;
  while (position < end) {
    const part = await store.readBytes(body, position, end);
    assert.isNotNull(part, `no byte at ${position}`);
    assert.isAtLeast(part?.length ?? 0, 1);
    assert.isAtMost(part?.length ?? 0, end - position);
    whole.set(part ?? [], position - start);
    position += part?.length ?? 0;
  }
  return whole;
}

/** Compares quickly, and reports the first difference instead of every byte. */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(actual.length, expected.length, 'length');
  const difference = actual.findIndex((byte, i) => byte !== expected[i]);
  assert.equal(difference, -1, 'offset of the first byte that differs');
}
