import type { FetchKey, RecordResult } from '@background-fetch/core';
import type { Invariant } from './invariant.ts';
import { revivedKeys } from './revival.ts';

export const oneReasonTheFirst: Invariant = {
  name: 'one-reason-the-first',
  promise:
    'A background fetch has one result and one reason: that of the first record which was not a success.',
  watch({ world }, violated) {
    /** The results that came first, of each fetch; several if they became durable at once. */
    const first = new Map<FetchKey, readonly RecordResult[]>();
    return {
      committed({ fetches, records }) {
        for (const key of revivedKeys(fetches)) first.delete(key);
        const failed = new Map<FetchKey, RecordResult[]>();
        for (const { before, after } of records) {
          if (after?.state !== 'settled' || before?.state === 'settled' || after.result === 'success')
            continue;
          failed.set(after.fetch, [...(failed.get(after.fetch) ?? []), after.result]);
        }
        for (const [key, results] of failed) if (!first.has(key)) first.set(key, results);
        for (const { key, before, after } of fetches) {
          if (!after || after.state === 'aborting' || after.state === 'released') continue;
          const { id, failureReason } = after;
          const was = before && 'failureReason' in before ? before.failureReason : '';
          const wasActive = before?.state === 'active' || before?.state === 'paused';
          if (was !== '' && wasActive && failureReason !== was) {
            violated(`the reason of "${id}" changed from ${was} to ${failureReason}`);
          }
          if (before?.state === 'event-owed' && failureReason !== was) violated(`"${id}" ended twice`);
          if (failureReason === '') {
            if (first.has(key)) violated(`"${id}" has no reason, and a record failed`);
          } else if (failureReason === 'aborted') {
            if (before?.state === 'active') violated(`"${id}" is aborted, and nobody did`);
          } else if (!first.get(key)?.includes(failureReason)) {
            violated(`"${id}" failed for ${failureReason}, and first was ${first.get(key)?.join(', ')}`);
          }
          if (after.state !== 'event-owed') continue;
          if ((after.result === 'success') !== (failureReason === '')) violated(`"${id}" is ${after.result}`);
          for (const record of world.disk.records.values()) {
            if (record.fetch !== key) continue;
            if (record.state !== 'settled') violated(`"${id}" ended before its record ${record.index}`);
            else if (after.result === 'success' && record.result !== 'success') {
              violated(`"${id}" is a success, and record ${record.index} is ${record.result}`);
            }
          }
        }
      },
    };
  },
};
