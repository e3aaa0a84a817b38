import type { Invariant } from './invariant.ts';

export const nothingLeftBehind: Invariant = {
  name: 'nothing-left-behind',
  promise: 'Nothing is stored for a background fetch that has ended, is handled and read by nobody.',
  watch({ world }, violated) {
    return {
      over() {
        const { fetches, records, bytes, requestBodies } = world.disk;
        for (const [what, table] of Object.entries({ fetches, records, bytes, requestBodies })) {
          if (table.size > 0) violated(`${table.size} ${what} are left: ${[...table.keys()].join(', ')}`);
        }
      },
    };
  },
};
