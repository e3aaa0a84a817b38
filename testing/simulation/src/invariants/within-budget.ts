import { budgetOf } from '../world/engine-traits.ts';
import type { Invariant } from './invariant.ts';
import { originOf, UnderWay } from './under-way.ts';

export const withinBudget: Invariant = {
  name: 'within-budget',
  promise:
    'No more requests are under way at an origin than its budget allows, and one more for a fetch that has none.',
  watch({ world }, violated) {
    const underWay = UnderWay.of(world);
    /** Origins that have said that many requests share a connection to them. */
    const shared = new Set<string>();
    return {
      answered({ request }) {
        if (world.network.multiplexed) shared.add(originOf(request));
      },
      asked(request, by) {
        const origin = originOf(request);
        if (shared.has(origin)) return;
        const budget = budgetOf(world.traits);
        const others = underWay
          .at(origin)
          .filter(([other, who]) => other !== request && (world.traits.sharesConnections || who === by));
        if (others.length < budget) return;
        const counts = new Map<string, number>();
        for (const [{ id }, { registration }] of [...others, [request, by] as const]) {
          const fetch = `${registration} ${id}`;
          counts.set(fetch, (counts.get(fetch) ?? 0) + 1);
        }
        if (others.length === budget && [...counts.values()].includes(1)) return;
        violated(`${others.length + 1} requests are under way at ${origin}, and ${budget} may be`);
      },
    };
  },
};
