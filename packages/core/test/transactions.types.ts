import type { ClientStore, StoredBackgroundFetch } from '../src/index.ts';

// `tsc` checks this: nothing runs it
export async function writeWhileReading(store: ClientStore, fetch: StoredBackgroundFetch): Promise<void> {
  // @ts-expect-error a transaction that reads has nothing to write with
  await store.read(async (transaction) => transaction.putFetch(fetch));
  await store.write(async (transaction) => transaction.putFetch(fetch));
}
