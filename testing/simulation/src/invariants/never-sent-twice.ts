import type { Invariant } from './invariant.ts';

export const neverSentTwice: Invariant = {
  name: 'never-sent-twice',
  promise: 'A request that is no GET or HEAD reaches a server once at most, whoever dies.',
  watch(_, violated) {
    const sent = new Set<string>();
    return {
      reached({ request: { method, url } }) {
        if (method === 'GET' || method === 'HEAD') return;
        if (sent.has(url)) violated(`${method} ${url} reached its server twice`);
        sent.add(url);
      },
    };
  },
};
