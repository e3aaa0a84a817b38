import {
  MemoryBus,
  MemoryDisk,
  MemoryLocks,
  MemoryStore,
  SimulatedClock,
  SimulatedConnectivity,
  seededRandom,
} from '@background-fetch/testing-simulation';
import { afterEach, beforeEach, describe, it } from 'vitest';
import {
  announcementsContract,
  clockContract,
  connectivityContract,
  lockContract,
  randomContract,
  storeContract,
} from '../src/index.ts';

const framework = { describe, it, beforeEach, afterEach };

storeContract(
  'in memory',
  async () => {
    const disk = new MemoryDisk();
    return {
      open: () => new MemoryStore({ disk }),
      close: (store) => (store as MemoryStore).crash(),
      dispose: () => {},
      failNextWrite: (store, failure) => (store as MemoryStore).failWrites(failure, 'once'),
    };
  },
  framework,
  { failures: true },
);

lockContract('in memory', () => new MemoryLocks(), framework);

announcementsContract(
  'in memory',
  () => {
    const clock = new SimulatedClock();
    const bus = new MemoryBus(clock);
    return {
      connect: () => bus.connect(),
      arrive: () => clock.run(),
      settle: (waiting) => clock.runUntil(waiting),
    };
  },
  framework,
);

connectivityContract(
  'simulated',
  () => {
    const connectivity = new SimulatedConnectivity();
    return { connectivity, setOnline: (online) => connectivity.setOnline(online) };
  },
  framework,
);

clockContract(
  'simulated',
  () => {
    const clock = new SimulatedClock();
    return { clock, pass: (duration) => clock.advance(duration) };
  },
  framework,
);

randomContract('seeded', () => seededRandom('contract'), framework);
