import type { Invariant } from './invariant.ts';

export const neverSentTwice: Invariant = {
  name: 'never-sent-twice',
  promise: 'A request that is no GET or HEAD is sent once at most, whoever dies.',
  watch(_, violated) {
    const sent = new Set<string>();
    return {
      asked({ request: { method, url } }) {
        if (method === 'GET' || method === 'HEAD') return;
        if (sent.has(url)) violated(`${method} ${url} was sent twice`);
        sent.add(url);
      },
    };
  },
};
