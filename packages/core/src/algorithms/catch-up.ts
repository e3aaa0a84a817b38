import type { BackgroundFetchSnapshot } from '../model/snapshot.ts';
import { lookUp } from './look-up.ts';
import type { Realm } from './realm.ts';

/**
 * Updates the instances of a context that was not run for a while, as a page in a back/forward cache is not: what was
 * told meanwhile has passed it by.
 * https://wicg.github.io/background-fetch/#update-background-fetch-instance-algorithm
 */
export async function catchUp(realm: Realm): Promise<void> {
  const { store, announcements } = realm.ports;
  const heard = new Set<string>();
  const unsubscribe = announcements.subscribe((snapshot) => heard.add(nameOf(snapshot)));
  const snapshots = await store
    .read((transaction) =>
      Promise.all(
        Array.from(realm.instances.values(), async ({ snapshot }) => {
          // a fetch that was purged is gone without an ending
          return (await lookUp(transaction, snapshot)) ?? { ...snapshot, recordsAvailable: false };
        }),
      ),
    )
    .finally(unsubscribe);
  for (const snapshot of snapshots) {
    // an announcement is newer than what was read before it
    if (heard.has(nameOf(snapshot))) continue;
    realm.update(snapshot);
    // the engine may have dropped this context when it did not answer: it registers again
    if (snapshot.recordsAvailable) announcements.follow(snapshot.key);
  }
}

/** A fetch that went on from what another one had left has the key of that one. */
function nameOf({ key, order }: BackgroundFetchSnapshot): string {
  return `${key} ${order}`;
}
