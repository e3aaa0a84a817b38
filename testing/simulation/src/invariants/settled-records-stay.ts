import { mayBeExposed } from '@background-fetch/core';
import type { Invariant } from './invariant.ts';
import { revivedKeys } from './revival.ts';

export const settledRecordsStay: Invariant = {
  name: 'settled-records-stay',
  promise: 'A settled record never changes, and its bytes neither, unless a later fetch goes on from them.',
  watch({ world }, violated) {
    return {
      committed({ fetches, records, bytes }) {
        const revived = revivedKeys(fetches);
        const changed = new Set(records.map(({ key }) => key));
        for (const { before, after } of records) {
          if (before?.state !== 'settled' || !after || revived.has(after.fetch)) continue;
          // a fetch that is tried again takes over what nobody may read of the failed one
          const expected = {
            ...before,
            ...(!after.responseData && !mayBeExposed(before) && { responseData: null }),
            ...(!after.interrupted && { interrupted: undefined }),
          };
          if (JSON.stringify(expected) !== JSON.stringify(after)) {
            violated(`record ${before.index} of ${before.request.url} changed after it was settled`);
          }
        }
        for (const { key } of bytes) {
          const [fetch, index] = JSON.parse(key) as [string, number, number];
          const name = JSON.stringify([fetch, index]);
          const record = world.disk.records.get(name);
          if (record?.state === 'settled' && !changed.has(name)) violated(`bytes of ${key} changed`);
        }
      },
    };
  },
};
