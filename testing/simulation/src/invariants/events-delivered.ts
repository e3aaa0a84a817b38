import type { FetchKey, StoredBackgroundFetch } from '@background-fetch/core';
import type { Invariant } from './invariant.ts';

function eventOf(fetch: StoredBackgroundFetch): string {
  if (fetch.state !== 'event-owed') return 'none';
  if (fetch.failureReason === 'aborted') return 'backgroundfetchabort';
  return fetch.result === 'success' ? 'backgroundfetchsuccess' : 'backgroundfetchfail';
}

export const eventAtLeastOnce: Invariant = {
  name: 'event-at-least-once',
  promise:
    'Each background fetch that ended gets its terminal event, the right one, before its records are released.',
  watch({ world }, violated) {
    const dispatched = new Set<FetchKey>();
    return {
      dispatching(name, { key, id }) {
        if (name === 'backgroundfetchclick') return;
        dispatched.add(key);
        const fetch = world.disk.fetches.get(key);
        if (fetch?.state === 'event-owed' && eventOf(fetch) !== name) violated(`"${id}" got ${name}`);
      },
      committed({ fetches }) {
        for (const { key, after } of fetches) {
          if (after?.state === 'released' && !dispatched.has(key)) violated(`"${after.id}" got no event`);
        }
      },
    };
  },
};

export const eventNeverAfterHandling: Invariant = {
  name: 'event-never-after-handling',
  promise:
    'A terminal event is dispatched once by each worker, after its fetch has ended, and never once it is handled.',
  watch(simulation, violated) {
    const byWorker = new Set<string>();
    return {
      dispatching(name, { key, id }, { name: worker, registration }) {
        if (name === 'backgroundfetchclick') return;
        const fetch = simulation.world.disk.fetches.get(key);
        if (fetch?.state !== 'event-owed' && !simulation.isPurged(registration)) {
          violated(`${name} of "${id}" was dispatched while it was ${fetch?.state ?? 'gone'}`);
        }
        const delivery = `${worker} ${key}`;
        if (byWorker.has(delivery)) violated(`${worker} got ${name} of "${id}" twice`);
        byWorker.add(delivery);
      },
    };
  },
};
