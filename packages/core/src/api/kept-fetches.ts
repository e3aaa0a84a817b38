import { forgetAKeptFetch, resumeAKeptFetch } from '../algorithms/go-on-from-a-kept-fetch.ts';
import type { Realm } from '../algorithms/realm.ts';
import type { RegistrationHost } from '../ports.ts';
import { type BackgroundFetchRegistration, getInstance } from './background-fetch-registration.ts';

/**
 * Forgets what a background fetch of this id that failed has left, so that the next one starts anew. Resolves with
 * whether there was anything, when nothing will go on from it any more. Active fetches are left alone.
 */
export async function forgetKeptFetch(realm: Realm, host: RegistrationHost, id: string): Promise<boolean> {
  const forgotten = await forgetAKeptFetch(realm.ports.store, host, id);
  // the engine frees what nobody reads
  if (forgotten) host.wake();
  return forgotten;
}

/**
 * Lets a background fetch of this id that failed go on from what it has left, with its own requests and title. Resolves
 * with it when it is active, with undefined if nothing is left, or one of this id is active.
 */
export async function resumeKeptFetch(
  realm: Realm,
  host: RegistrationHost,
  id: string,
): Promise<BackgroundFetchRegistration | undefined> {
  const snapshot = await resumeAKeptFetch(realm.ports.store, host, id);
  if (!snapshot) return undefined;
  const instance = getInstance(realm, host, snapshot);
  host.wake();
  return instance;
}
