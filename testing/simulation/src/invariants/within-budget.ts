import type { NetworkRequest } from '@background-fetch/core';
import { briskBudgetOf, budgetOf } from '../world/engine-traits.ts';
import type { Invariant } from './invariant.ts';
import { originOf, UnderWay } from './under-way.ts';

/** ms */
const moment = 250;

export const withinBudget: Invariant = {
  name: 'within-budget',
  promise:
    'No more requests are under way at an origin than its budget allows, one more where bodies were over within a ' +
    'moment, and one more for a fetch that has none.',
  watch({ world }, violated) {
    const underWay = UnderWay.of(world);
    /** Origins that have said that many requests share a connection to them. */
    const shared = new Set<string>();
    /** Origins of which some body was over within a moment. */
    const brisk = new Set<string>();
    const askedAt = new WeakMap<NetworkRequest, number>();
    return {
      ended({ request }) {
        if (world.clock.now() - (askedAt.get(request) ?? 0) < moment) brisk.add(originOf(request));
      },
      answered({ request }) {
        if (world.network.multiplexed) shared.add(originOf(request));
      },
      asked(request, by) {
        askedAt.set(request, world.clock.now());
        const origin = originOf(request);
        if (shared.has(origin)) return;
        const budget = brisk.has(origin) ? briskBudgetOf(world.traits) : budgetOf(world.traits);
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
