import type { VerifyIntegrity } from '@background-fetch/core';

/**
 * The key at which the separate script `background-fetch/integrity` leaves its function: a worker can't load code
 * later.
 */
const key = Symbol.for('background-fetch.integrity');

type Holder = { [key]?: VerifyIntegrity };

/** Gives the engines of this worker the function that checks `integrity`. */
export function provideIntegrity(verify: VerifyIntegrity): void {
  (globalThis as Holder)[key] = verify;
}

/** The function that checks `integrity`, undefined where `background-fetch/integrity` was not imported. */
export function getIntegrity(): VerifyIntegrity | undefined {
  return (globalThis as Holder)[key];
}
