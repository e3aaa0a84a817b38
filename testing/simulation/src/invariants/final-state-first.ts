import { snapshotOf } from '@background-fetch/core';
import { Page } from '../world/page.ts';
import type { Invariant } from './invariant.ts';

export const finalStateFirst: Invariant = {
  name: 'final-state-first',
  promise:
    'When the terminal event is dispatched, every page that runs and shows the fetch shows how it ended.',
  watch(simulation, violated) {
    return {
      dispatching(name, { key, order, id }) {
        if (name === 'backgroundfetchclick') return;
        for (const { context, registration } of simulation.held) {
          if (!(context instanceof Page) || !context.alive || context.frozen) continue;
          const shown = snapshotOf(registration);
          if (shown.key !== key || shown.order !== order || shown.result !== '') continue;
          violated(`${name} of "${id}" was dispatched, and ${context.name} still shows it as going on`);
        }
      },
      over() {
        for (const { context, registration } of simulation.held) {
          if (!context.alive || simulation.isPurged(snapshotOf(registration).registration)) continue;
          if (registration.result === '') violated(`${context.name} never saw "${registration.id}" end`);
        }
      },
    };
  },
};
