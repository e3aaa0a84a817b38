import { Worker } from '../world/worker.ts';
import type { Invariant } from './invariant.ts';

export const oneEngineAtATime: Invariant = {
  name: 'one-engine-at-a-time',
  promise: 'Only the engine that holds the running lock of a registration performs its background fetches.',
  watch({ world }, violated) {
    const stopped = new Set<string>();
    const check = (what: string, { name }: { name: string }): void => {
      const worker = world.workers.find((one) => one.name === name);
      if (!worker) return;
      const lock = `background-fetch running ${worker.registration}`;
      if (!world.locks.isHeldBy(lock, worker.lock)) violated(`${name} ${what} without the running lock`);
      if (stopped.has(name)) violated(`${name} ${what} after it had let go`);
    };
    return {
      asked: ({ request }, by) => check(`asked for ${request.url}`, by),
      dispatching(event, { id }, by) {
        if (event !== 'backgroundfetchclick') check(`dispatched ${event} of "${id}"`, by);
      },
      committed({ records }, by) {
        const isEngines = by instanceof Worker && records.some(({ before, after }) => before && after);
        if (isEngines) check('wrote a record', by);
      },
      stopped: ({ name }) => void stopped.add(name),
    };
  },
};
