import type { Invariant } from './invariant.ts';

/** What each state of a background fetch may be followed by. */
const followers: Readonly<Record<string, readonly string[]>> = {
  none: ['active', 'paused'],
  active: ['active', 'paused', 'aborting', 'event-owed'],
  paused: ['active', 'paused', 'aborting', 'event-owed'],
  aborting: ['aborting', 'event-owed'],
  'event-owed': ['event-owed', 'released'],
  released: ['none', 'released'],
};

export const statesInOrder: Invariant = {
  name: 'states-in-order',
  promise:
    'What `fetch()` accepted stays until it has ended and its event is handled; what was purged never returns.',
  watch(simulation, violated) {
    const gone = new Set<string>();
    return {
      committed({ fetches, records }) {
        for (const { key, before, after } of fetches) {
          const [from, to] = [before?.state ?? 'none', after?.state ?? 'none'];
          if (!before && gone.has(key)) violated(`"${after?.id}" has come back`);
          if (!after) gone.add(key);
          const isPurged = !after && simulation.isPurged(before?.registration ?? '');
          const goesOn =
            before?.state === 'released' &&
            before.keptUntil !== undefined &&
            (after?.order ?? 0) > before.order;
          const allowed = goesOn ? [...(followers.released ?? []), 'active', 'paused'] : followers[from];
          if (!isPurged && !allowed?.includes(to)) {
            violated(`"${(after ?? before)?.id}" went from ${from} to ${to}`);
          }
        }
        for (const { before, after } of records) {
          if (!before && after && gone.has(after.fetch)) violated(`record ${after.index} has come back`);
        }
      },
    };
  },
};
