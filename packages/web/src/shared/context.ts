import {
  addUp,
  type ClientTransaction,
  createRealm,
  type Realm,
  type RegistrationKey,
  type StoredBackgroundFetch,
  takeSnapshot,
} from '@background-fetch/core';
import { openClientStore, type WebClientStore } from '../storage/client-store.ts';
import { Database } from '../storage/database.ts';
import { Channel } from './channel.ts';
import { clock, lock, onCollected, random, warn } from './host.ts';
import { databaseName } from './names.ts';

/** The state that this context's API and engine share. */
export interface Context {
  readonly channel: Channel;
  readonly realm: Realm;
  readonly store: WebClientStore;
}

let context: Context | undefined;

/** Gives the context, made when it is first needed: importing has no side effect. */
export function getContext(): Context {
  context ??= createContext(openClientStore(new Database(databaseName)), new Channel(), false);
  return context;
}

/** Makes a service worker's, with what its engine has. */
export function shareWithEngine(store: WebClientStore, channel: Channel): Realm {
  // the event handlers of a worker hold the records for as long as they read them
  context = createContext(store, channel, true);
  return context.realm;
}

function createContext(store: WebClientStore, channel: Channel, givesBlobs: boolean): Context {
  return {
    channel,
    store,
    realm: createRealm({ store, announcements: channel, clock, random, lock, onCollected }, givesBlobs),
  };
}

/** The key of the registration that has this scope now. */
export async function registrationKey(
  scope: string,
  transaction?: ClientTransaction,
): Promise<RegistrationKey> {
  if (!transaction) {
    return await getContext().realm.ports.store.write((own) => registrationKey(scope, own));
  }
  let generation = await transaction.getGeneration(scope);
  if (generation === undefined) {
    generation = newGeneration();
    transaction.putGeneration(scope, generation);
  }
  return `${generation} ${scope}`;
}

/** The scope in a registration's key. */
export function scopeOf(registration: RegistrationKey): string {
  return registration.slice(registration.indexOf(' ') + 1);
}

/**
 * Begins a new generation of a scope: what was stored for its registrations before is purged. A store that fails stops no
 * worker of the app from being installed.
 */
export async function beginGeneration(scope: string): Promise<void> {
  try {
    await endGenerations(scope, Number.POSITIVE_INFINITY);
  } catch (error) {
    warn(`what was stored for ${scope} can't be purged`, error);
  }
}

/**
 * Purges what was stored for the registrations of a scope that had begun by the time at which it was unregistered. The
 * generation ends with them: a worker that is registered without our import begins none, and its next version may have it.
 */
export async function endGenerations(scope: string, time: number): Promise<void> {
  await purgeAll(async (transaction) => {
    const generation = (await transaction.getGeneration(scope)) ?? '';
    const hadBegun = (key: string): boolean => generationTime(key) <= time;
    if (hadBegun(generation)) transaction.putGeneration(scope, newGeneration());
    const fetches = await transaction.listFetches();
    return fetches.filter(({ registration }) => scopeOf(registration) === scope && hadBegun(registration));
  });
}

/** Lists what is stored for the registration that has this scope now. */
export async function listFetchesOf(scope: string): Promise<StoredBackgroundFetch[]> {
  return await getContext().realm.ports.store.read(async (transaction) => {
    const generation = await transaction.getGeneration(scope);
    return generation === undefined ? [] : await transaction.listFetches(`${generation} ${scope}`);
  });
}

/** Purges what was stored for a registration that is gone, and nothing that has been stored for its scope since. */
export async function purge(fetches: readonly StoredBackgroundFetch[]): Promise<void> {
  await purgeAll(async (transaction) => {
    const current = await Promise.all(fetches.map(({ key }) => transaction.getFetch(key)));
    return fetches.filter(({ order }, i) => current[i]?.order === order);
  });
}

async function purgeAll(
  find: (transaction: ClientTransaction) => Promise<StoredBackgroundFetch[]>,
): Promise<void> {
  const { realm, channel } = getContext();
  await realm.ports.store.write(async (transaction) => {
    for (const fetch of await find(transaction)) {
      transaction.deleteFetch(fetch.key);
      // the release is told here, as a page that is being left may not live to hear that the transaction is complete;
      // if it never is, the registration is gone all the same
      channel.publish(takeSnapshot({ ...fetch, state: 'released' }, addUp([])));
    }
  });
}

/** A generation tells when it began, and is like no other one of the same ms. */
function newGeneration(): string {
  return `${Date.now().toString(36)}${random.next().toString(36).slice(1)}`;
}

/**
 * The time at which a generation, or that of a registration's key, began, in ms since the epoch; 0 where that was not
 * recorded.
 */
function generationTime(generation: string): number {
  return Number.parseInt(generation, 36);
}
