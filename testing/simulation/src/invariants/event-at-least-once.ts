import type { FetchKey, StoredBackgroundFetch } from '@background-fetch/core';
import type { Invariant } from './invariant.ts';
import { revivedKeys } from './revival.ts';

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
        for (const key of revivedKeys(fetches)) dispatched.delete(key);
        for (const { key, before, after } of fetches) {
          if (after?.state === 'released' && before?.state !== 'released' && !dispatched.has(key))
            violated(`"${after.id}" got no event`);
        }
      },
    };
  },
};
