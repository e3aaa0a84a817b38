import { isActive, type NetworkRequest } from '@background-fetch/core';
import type { Actor } from '../world/actor.ts';
import type { Invariant } from './invariant.ts';

const passing = [408, 425, 429, 500, 502, 503, 504];

export const asToldToWait: Invariant = {
  name: 'as-told-to-wait',
  promise:
    'A server that says how long to stay away is left alone for that long, up to the longest time allowed.',
  watch({ world, tally }, violated) {
    /** Until when servers want to be left alone, by record. */
    const wanted = new Map<string, number>();
    /** Who asked: what a dead engine is told, nobody hears. */
    const askers = new Map<NetworkRequest, Actor>();

    /** The one record that a request is for; undefined if there are several that it may be for. */
    function findRecord({ id, request }: NetworkRequest) {
      const { fetches, records } = world.disk;
      const found = [...records].filter(([, record]) => {
        const fetch = fetches.get(record.fetch);
        return record.request.url === request.url && fetch?.id === id && isActive(fetch);
      });
      return found.length === 1 ? found[0] : undefined;
    }

    return {
      answered({ request: asked, answer: { status, headers } }) {
        const [key] = findRecord(asked) ?? [];
        if (key === undefined || !askers.get(asked)?.alive) return;
        const told = headers.find(([name]) => name === 'retry-after')?.[1] ?? '';
        wanted.delete(key);
        if (!passing.includes(status) || !/^\d+$/.test(told)) return;
        const longest = world.traits.engine.retry?.longestRetryAfter ?? 0;
        wanted.set(key, world.clock.now() + Math.min(Number(told) * 1000, longest));
      },
      committed({ records }) {
        for (const { key, after } of records) {
          if (after?.state !== 'backing-off' || tally.has('clock jump')) continue;
          if (after.until < (wanted.get(key) ?? 0)) violated(`${after.request.url} comes back too soon`);
        }
      },
      asked(asked, by) {
        askers.set(asked, by);
        const now = world.clock.now();
        const [, record] = findRecord(asked) ?? [];
        if (record?.state === 'backing-off' && now < record.until && !tally.has('clock jump'))
          violated(`${asked.request.url} was asked for ${record.until - now} ms too soon`);
      },
    };
  },
};
