import type { Clock, Random } from '@background-fetch/core';

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
