import { type FetchKey, isActive } from '@background-fetch/core';
import type { Invariant } from './invariant.ts';

export const abortOnce: Invariant = {
  name: 'abort-once',
  promise: 'abort() is true exactly once, and then the fetch ends as aborted; false, once it has ended.',
  watch({ world }, violated) {
    const aborted = new Set<FetchKey>();
    /** Fetches that `abort()` took from the active ones, whoever heard of it. */
    const taken = new Set<FetchKey>();
    return {
      abortAnswered({ key, order }, isAborted) {
        if (isAborted && aborted.has(key)) violated('abort() was true twice');
        if (isAborted && !taken.has(key)) violated('abort() was true, and the fetch goes on');
        if (isAborted) aborted.add(key);
        const fetch = world.disk.fetches.get(key);
        if (!isAborted && fetch && fetch.order === order && isActive(fetch))
          violated('abort() was false for an active fetch');
      },
      committed({ fetches }) {
        for (const { key, after } of fetches) {
          if (after?.state === 'aborting') taken.add(key);
          if (after?.state !== 'event-owed' || !taken.has(key)) continue;
          if (after.failureReason !== 'aborted')
            violated(`"${after.id}" was aborted, and ended: ${after.failureReason}`);
        }
      },
      dispatching(name, { key, id }) {
        const isEnd = name !== 'backgroundfetchclick';
        if (isEnd && aborted.has(key) && name !== 'backgroundfetchabort')
          violated(`"${id}" was aborted, and got ${name}`);
      },
    };
  },
};
