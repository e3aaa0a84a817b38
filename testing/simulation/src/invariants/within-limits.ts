import type { FetchKey, NetworkRequest } from '@background-fetch/core';
import type { Invariant } from './invariant.ts';
import { countStored } from './stored-body.ts';

export const withinLimits: Invariant = {
  name: 'within-limits',
  promise: 'No more records transfer at a time than may, and no fetch stores more than its downloadTotal.',
  watch({ world }, violated) {
    const going = new Map<string, Set<NetworkRequest>>();
    return {
      asked(request, { name }) {
        const { concurrency = 1, connections = 1 } = world.traits.engine;
        const requests = going.get(name) ?? new Set();
        going.set(name, requests.add(request));
        // one more record, of a background fetch that has none
        if (requests.size > (concurrency + 1) * connections)
          violated(`${name} has ${requests.size} requests under way`);
      },
      concluded: (request, { name }) => void going.get(name)?.delete(request),
      ended({ request }) {
        for (const requests of going.values()) requests.delete(request);
      },
      committed({ records }) {
        for (const key of new Set(records.map(({ after }) => after?.fetch))) if (key) check(key);
      },
    };

    function check(key: FetchKey): void {
      const fetch = world.disk.fetches.get(key);
      if (!fetch?.downloadTotal) return;
      let sum = 0;
      for (const { fetch: owner, responseData } of world.disk.records.values()) {
        if (owner === key) sum += countStored(responseData);
      }
      if (sum > fetch.downloadTotal)
        violated(`"${fetch.id}" has stored ${sum} bytes of ${fetch.downloadTotal}`);
    }
  },
};
