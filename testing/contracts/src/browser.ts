import { deleteDB } from 'idb';
import { createConnections } from '../../../packages/web/src/service-worker/connections.ts';
import { EngineChannel } from '../../../packages/web/src/service-worker/engine-channel.ts';
import { createNetwork } from '../../../packages/web/src/service-worker/network.ts';
import { clock, lock, random } from '../../../packages/web/src/shared/host.ts';
import { openIndexedDbStore } from '../../../packages/web/src/storage/indexed-db-store.ts';
import { announcementsContract } from './announcements-contract.ts';
import { clockContract, randomContract } from './clock-contract.ts';
import { connectionsContract } from './connections-contract.ts';
import type { TestFramework } from './framework.ts';
import { lockContract } from './lock-contract.ts';
import { type NetworkUnderTest, networkContract } from './network-contract.ts';
import { describeIndexedDb, makeDatabase } from './store/indexed-db.ts';
import { storeContract } from './store/store-contract.ts';

let made = 0;

/**
 * Registers the contracts of the polyfill's adapters, for mocha in a page. Connectivity is left out: no script takes a
 * browser offline.
 */
export function webContracts(server: Pick<NetworkUnderTest, 'serve' | 'content'>): void {
  const framework = globalThis as unknown as TestFramework;
  indexedDbStoreContracts(framework);
  announcementsContract('a BroadcastChannel', connectChannels, framework, { waitsForListeners: false });
  lockContract('Web Locks', () => ({ connect: () => lock }), framework);
  connectionsContract('Web Locks', () => ({ connect: createConnections }), framework);
  clockContract('of a browser', () => ({ clock, pass }), framework);
  randomContract('of a browser', () => random, framework);
  const keep = async (bytes: Blob) => ({ size: bytes.size, value: bytes });
  const network = createNetwork(keep);
  const settle = <T>(promise: Promise<T>): Promise<T> => promise;
  networkContract(
    'fetch()',
    async () => ({ ...server, network, settle, dispose: async () => {} }),
    framework,
  );
}

function pass(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration));
}

/** Channels that the polyfill at work in this origin does not hear. */
function connectChannels() {
  const name = `announcements-contract-${++made}`;
  const { BroadcastChannel: Original } = globalThis;
  return {
    connect() {
      globalThis.BroadcastChannel = class extends Original {
        constructor() {
          super(name);
        }
      };
      try {
        return new EngineChannel();
      } finally {
        globalThis.BroadcastChannel = Original;
      }
    },
    // what was posted before this has arrived before it
    async arrive() {
      const [here, there] = [new Original(name), new Original(name)];
      const arrived = new Promise((resolve) => {
        there.onmessage = ({ data }) => data === 'the last' && resolve(data);
      });
      here.postMessage('the last');
      await arrived;
      here.close();
      there.close();
    },
    settle: (waiting: Promise<void>) => waiting,
  };
}

function indexedDbStoreContracts(framework: TestFramework): void {
  storeContract(
    'IndexedDB',
    async () => {
      const databaseName = `store-contract-${++made}`;
      await makeDatabase(databaseName);
      return {
        open: () => openIndexedDbStore({ databaseName }),
        close: (store) => (store as unknown as { close(): void }).close(),
        dispose: () => deleteDB(databaseName),
      };
    },
    framework,
  );
  describeIndexedDb(framework);
}
