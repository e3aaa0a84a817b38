import type { Clock, Lock, Random } from '@background-fetch/core';

export const clock: Clock = {
  now: () => Date.now(),
  setTimer(delay, callback) {
    const timer = setTimeout(callback, Math.min(delay, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};

export const random: Random = {
  next: () => (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32,
};

/** The lock port on the Web Locks of the origin: a context that dies loses its locks. */
export const lock: Lock = {
  hold: (name, signal, holder, mode = 'exclusive') => navigator.locks.request(name, { signal, mode }, holder),
};
