import type { BackgroundFetchSnapshot } from '../model/snapshot.ts';
import type { Instance, Realm } from './realm.ts';

/**
 * Gets the one instance that stands for a background fetch in a realm.
 * https://wicg.github.io/background-fetch/#get-a-backgroundfetchregistration-instance-algorithm
 * @param create makes an instance; the instances of a realm are all made by the same function
 */
export function getABackgroundFetchRegistrationInstance<T extends Instance>(
  realm: Realm,
  snapshot: BackgroundFetchSnapshot,
  create: (snapshot: BackgroundFetchSnapshot) => T,
): T {
  // 1.-2.
  const existing = realm.instances.get(snapshot.key);
  if (existing && existing.snapshot.order >= snapshot.order) return existing as T;
  // the existing instance stands for a fetch that has failed, and whose release this realm has not heard of yet
  existing?.applyUpdate({ ...existing.snapshot, recordsAvailable: false });
  // 3.-5.
  const instance = create(snapshot);
  // no announcement follows for a fetch whose records were let go
  if (!snapshot.recordsAvailable) return instance;
  realm.instances.set(snapshot.key, instance);
  realm.ports.announcements.follow(snapshot.key);
  return instance;
}
