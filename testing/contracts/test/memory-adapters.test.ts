import {
  contentBytes,
  MemoryBus,
  MemoryDisk,
  MemoryLocks,
  MemoryStore,
  SharedConnections,
  SimulatedClock,
  SimulatedConnectivity,
  SimulatedNetwork,
  seededRandom,
} from '@background-fetch/testing-simulation';
import { afterEach, beforeEach, describe, it } from 'vitest';
import {
  announcementsContract,
  clockContract,
  connectionsContract,
  connectivityContract,
  lockContract,
  networkContract,
  randomContract,
  storeContract,
} from '../src/index.ts';

const framework = { describe, it, beforeEach, afterEach };

for (const stages of [false, true]) {
  storeContract(
    `in memory${stages ? ', which stages bytes' : ''}`,
    async () => {
      const disk = new MemoryDisk();
      return {
        open: () => new MemoryStore({ disk, ...(stages && { stageDelay: 0 }) }),
        close: (store) => (store as MemoryStore).crash(),
        dispose: () => {},
        failNextWrite: (store, failure) => (store as MemoryStore).failWrites(failure, 'once'),
      };
    },
    framework,
    { failures: true, stages },
  );
}

lockContract('in memory', () => new MemoryLocks(), framework);

connectionsContract('in memory', () => new SharedConnections(), framework);

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

networkContract(
  'simulated',
  async () => {
    const clock = new SimulatedClock();
    const network = new SimulatedNetwork({ clock, random: seededRandom('contract') });
    let count = 0;
    return {
      network,
      async serve({ size = 0, status = 200, cutAfter, stalledAfter, unreachable, redirects = 0 }) {
        let url = `https://app.test/${++count}`;
        network.serve(url, { size, status });
        if (cutAfter !== undefined) network.plan(url, { kind: 'cut', after: cutAfter });
        if (stalledAfter !== undefined) network.plan(url, { kind: 'stalled', after: stalledAfter });
        if (unreachable) network.origin(url).beginOutage({ kind: 'refuses' }, false);
        for (let hop = 0; hop < redirects; hop++) {
          const redirectTo = url;
          url = `https://app.test/${count}/${hop}`;
          network.serve(url, { redirectTo });
        }
        return url;
      },
      content: (url, start, end) => contentBytes(url, 0, start, end),
      settle: (promise) => clock.runUntil(promise),
      dispose: async () => {},
    };
  },
  framework,
);
