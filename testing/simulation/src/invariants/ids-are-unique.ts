import type { Invariant } from './invariant.ts';

export const idsAreUnique: Invariant = {
  name: 'ids-are-unique',
  promise: 'No two active background fetches of one registration have the same id.',
  watch({ world }, violated) {
    return {
      committed({ fetches }) {
        if (fetches.length === 0) return;
        const seen = new Set<string>();
        for (const { state, registration, id } of world.disk.fetches.values()) {
          if (state !== 'active' && state !== 'paused') continue;
          const name = `${registration} ${id}`;
          if (seen.has(name)) violated(`"${id}" is active twice`);
          seen.add(name);
        }
      },
      listed(ids) {
        if (new Set(ids).size < ids.length) violated(`getIds() gives ${ids.join(', ')}`);
      },
    };
  },
};
