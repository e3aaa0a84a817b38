import { isActive } from '../model/background-fetch.ts';
import type { BackgroundFetchSnapshot } from '../model/snapshot.ts';
import type { ClientStore, RegistrationHost } from '../ports.ts';
import { findKept, forgetKept, reviveAKeptFetch } from './revive-a-kept-fetch.ts';

type Host = Pick<RegistrationHost, 'key'>;

/** Forgets what a background fetch of this id that failed has left. Resolves with whether there was anything. */
export async function forgetAKeptFetch(store: ClientStore, host: Host, id: string): Promise<boolean> {
  return await store.write(async (transaction) => forgetKept(transaction, await host.key(transaction), id));
}

/**
 * Lets a background fetch of this id that failed go on from what it has left, with its own requests and title. Resolves
 * with null if nothing is left, or one of this id is active.
 */
export async function resumeAKeptFetch(
  store: ClientStore,
  host: Host,
  id: string,
): Promise<BackgroundFetchSnapshot | null> {
  return await store.write(async (transaction) => {
    const registration = await host.key(transaction);
    if ((await transaction.findFetches(registration, id)).some(isActive)) return null;
    const kept = await findKept(transaction, registration, id);
    if (!kept) return null;
    const { title, icons, downloadTotal } = kept.fetch;
    return await reviveAKeptFetch(transaction, kept, { title, icons, downloadTotal, state: 'active' });
  });
}
