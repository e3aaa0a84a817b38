import type { NetworkRequest } from '@background-fetch/core';
import type { Context } from '../world/context.ts';
import type { Invariant } from './invariant.ts';

const passing = [408, 425, 429, 500, 502, 503, 504];

export const asToldToWait: Invariant = {
  name: 'as-told-to-wait',
  promise:
    'A server that says how long to stay away is left alone for that long, up to the longest time allowed.',
  watch({ world, tally }, violated) {
    /** Until when servers want to be left alone, by URL. */
    const wanted = new Map<string, number>();
    const recordsOf = (url: string) =>
      [...world.disk.records.values()].filter(({ request }) => request.url === url);
    /** Who asked: what a dead engine is told, nobody hears. */
    const askers = new Map<NetworkRequest, Context>();
    return {
      answered({ request: asked, answer: { status, headers } }) {
        const { request } = asked;
        if (!askers.get(asked)?.alive) return;
        const told = headers.find(([name]) => name === 'retry-after')?.[1] ?? '';
        wanted.delete(request.url);
        if (!passing.includes(status) || !/^\d+$/.test(told)) return;
        const longest = world.traits.engine.retry?.longestRetryAfter ?? 0;
        wanted.set(request.url, world.clock.now() + Math.min(Number(told) * 1000, longest));
      },
      committed({ records }) {
        for (const { after } of records) {
          if (after?.state !== 'backing-off' || recordsOf(after.request.url).length > 1) continue;
          const until = wanted.get(after.request.url) ?? 0;
          if (after.until < until && !tally.has('clock jump'))
            violated(`${after.request.url} comes back too soon`);
        }
      },
      asked(asked, by) {
        const { request } = asked;
        askers.set(asked, by);
        const records = recordsOf(request.url);
        const now = world.clock.now();
        for (const record of records.length === 1 ? records : []) {
          if (record.state === 'backing-off' && now < record.until && !tally.has('clock jump')) {
            violated(`${request.url} was asked for ${record.until - now} ms too soon`);
          }
        }
      },
    };
  },
};
