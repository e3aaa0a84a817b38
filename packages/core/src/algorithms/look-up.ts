import type { FetchKey } from '../model/background-fetch.ts';
import { addUp, type BackgroundFetchSnapshot, takeSnapshot } from '../model/snapshot.ts';
import type { ClientReadTransaction } from '../ports.ts';

/**
 * Reads the stored state of a fetch, or how it ended: its row does not say so any more once its event is handled.
 * Undefined where that is not known, or the fetch was purged.
 */
export async function lookUp(
  transaction: ClientReadTransaction,
  { key, order }: { readonly key: FetchKey; readonly order: number },
): Promise<BackgroundFetchSnapshot | undefined> {
  const fetch = await transaction.getFetch(key);
  if (fetch && fetch.order === order && fetch.state !== 'released') {
    return takeSnapshot(fetch, addUp(await transaction.listRecords(key)));
  }
  return await transaction.getEnding?.(key, order);
}
