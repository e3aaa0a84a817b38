import type { Invariant } from './invariant.ts';

export const eventNeverAfterHandling: Invariant = {
  name: 'event-never-after-handling',
  promise:
    'A terminal event is dispatched once by each worker, after its fetch has ended, and never once it is handled.',
  watch(simulation, violated) {
    const byWorker = new Set<string>();
    return {
      dispatching(name, { key, order, id }, { name: worker, registration }) {
        if (name === 'backgroundfetchclick') return;
        const fetch = simulation.world.disk.fetches.get(key);
        if (fetch?.state !== 'event-owed' && !simulation.isPurged(registration)) {
          violated(`${name} of "${id}" was dispatched while it was ${fetch?.state ?? 'gone'}`);
        }
        const delivery = `${worker} ${key} ${order}`;
        if (byWorker.has(delivery)) violated(`${worker} got ${name} of "${id}" twice`);
        byWorker.add(delivery);
      },
    };
  },
};
