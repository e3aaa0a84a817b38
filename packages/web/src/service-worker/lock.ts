import type { Lock } from '@background-fetch/core';

/** The lock port on the Web Locks of the origin: a worker that dies loses its locks. */
export const lock: Lock = {
  hold: (name, signal, holder) => navigator.locks.request(name, { signal }, holder),
};
