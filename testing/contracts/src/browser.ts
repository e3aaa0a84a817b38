import { deleteDB } from 'idb';
import { openIndexedDbStore } from '../../../packages/web/src/storage/indexed-db-store.ts';
import type { TestFramework } from './framework.ts';
import { describeIndexedDb } from './store/indexed-db.ts';
import { storeContract } from './store/store-contract.ts';

let made = 0;

/** Registers the store's contract for the IndexedDB adapter, with mocha's globals if nothing else is given. */
export function indexedDbStoreContracts(
  framework: TestFramework = globalThis as unknown as TestFramework,
): void {
  storeContract(
    'IndexedDB',
    async () => {
      const databaseName = `store-contract-${++made}`;
      await deleteDB(databaseName);
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
