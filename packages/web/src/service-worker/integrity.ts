import type { VerifyIntegrity } from '@background-fetch/core';

/**
 * The key at which the separate script `background-fetch/integrity` leaves its function: a worker can't load code
 * later.
 */
const key = Symbol.for('background-fetch.integrity');

type Holder = { [key]?: VerifyIntegrity };

export function provideIntegrity(verify: VerifyIntegrity): void {
  (globalThis as Holder)[key] = verify;
}

export function getIntegrity(): VerifyIntegrity | undefined {
  return (globalThis as Holder)[key];
}
