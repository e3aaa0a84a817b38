import type { FetchKey } from '@background-fetch/core';
import type { Invariant } from './invariant.ts';

/** ms in which an engine must have heard of it */
const grace = 1500;

export const pausedIsQuiet: Invariant = {
  name: 'paused-is-quiet',
  promise: 'For a background fetch that is paused or was aborted, nothing is asked for.',
  watch({ world }, violated) {
    const since = new Map<FetchKey, number>();
    return {
      committed({ fetches }) {
        for (const { key, after } of fetches) {
          if (after?.state !== 'paused' && after?.state !== 'aborting') since.delete(key);
          else if (!since.has(key)) since.set(key, world.clock.now());
        }
      },
      asked({ id, request }, { registration }) {
        const now = world.clock.now();
        const living = [...world.disk.fetches.values()].filter(
          (fetch) => fetch.id === id && fetch.registration === registration && fetch.state !== 'released',
        );
        const isQuiet = living.every(({ key }) => now - (since.get(key) ?? now) > grace);
        if (living.length > 0 && isQuiet)
          violated(`${request.url} was asked for, and "${id}" is ${living[0]?.state}`);
      },
    };
  },
};
