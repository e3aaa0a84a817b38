import type { Clock, Connectivity, Lock, Random } from '@background-fetch/core';

/** The clock port. */
export const clock: Clock = {
  now: () => Date.now(),
  setTimer(delay, callback) {
    const timer = setTimeout(callback, Math.min(delay, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};

/** The random port. */
export const random: Random = {
  next: () => (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32,
};

/** The connectivity port on `navigator.onLine`. */
export const connectivity: Connectivity = {
  isOnline: () => navigator.onLine,
  onOnline(callback) {
    self.addEventListener('online', callback);
    return () => self.removeEventListener('online', callback);
  },
};

/** The lock port on the Web Locks of the origin: a context that dies loses its locks. */
export const lock: Lock = {
  hold: (name, signal, holder) => navigator.locks.request(name, { signal }, holder),
  share: (name, holder) =>
    navigator.locks.request(name, { mode: 'shared', ifAvailable: true }, async (granted) => {
      if (granted) await holder();
      return granted !== null;
    }),
};

const registry = new FinalizationRegistry<() => void>((callback) => callback());

/** Calls back some time after nothing leads to `target` any more, if the garbage collector ever comes by. */
export function onCollected(target: object, callback: () => void): void {
  registry.register(target, callback);
}

/** Says what an app's developer should know: the app is to work without background fetches, too. */
export function warn(message: string, ...causes: unknown[]): void {
  console.warn(`background-fetch: ${message}`, ...causes);
}
