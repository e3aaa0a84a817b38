import type { Invariant } from './invariant.ts';

export const matchesAreTrue: Invariant = {
  name: 'matches-are-true',
  promise:
    '`match()` gives the first record of a request, `matchAll()` all of them, in the order given to `fetch()`.',
  watch({ world }, violated) {
    return {
      matched(query, found, { key, id }) {
        const given = [...world.disk.records.values()]
          .filter(({ fetch }) => fetch === key)
          .sort((a, b) => a.index - b.index)
          .map(({ request }) => request)
          // a URL asks for what is a GET
          .filter(
            ({ url, method }) => query === null || (method === 'GET' && withoutFragment(url) === query),
          );
        // it was released while it was looked for
        if (!world.disk.fetches.has(key)) return;
        const [wanted, got] = [given, found].map((list) =>
          list.map(({ url }) => withoutFragment(url)).join(', '),
        );
        if (wanted !== got)
          violated(`asked for ${query ?? 'all'} of "${id}", got ${got}; there is ${wanted}`);
      },
    };
  },
};

function withoutFragment(url: string): string {
  return url.split('#', 1)[0] ?? url;
}
