import type { Invariant } from './invariant.ts';

export const everyFetchSettles: Invariant = {
  name: 'every-fetch-settles',
  promise: 'Once the network is fair, every background fetch ends, and its event is handled.',
  watch({ world }, violated) {
    return {
      endless: () => violated('there is no end of what happens'),
      over() {
        for (const { id, state } of world.disk.fetches.values()) {
          if (state !== 'released') violated(`"${id}" is still ${state}`);
        }
      },
    };
  },
};
