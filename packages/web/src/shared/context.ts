import {
  addUp,
  type ClientTransaction,
  createRealm,
  type Realm,
  type RegistrationKey,
  runningLock,
  takeSnapshot,
} from '@background-fetch/core';
import { openClientStore, type WebClientStore } from '../storage/client-store.ts';
import { Database } from '../storage/database.ts';
import { Channel } from './channel.ts';
import { clock, lock, onCollected, random } from './host.ts';
import { databaseName } from './names.ts';
import { warn } from './warn.ts';

/** What this context's API and engine share. */
export interface Context {
  readonly channel: Channel;
  readonly realm: Realm;
  readonly store: WebClientStore;
}

let context: Context | undefined;

/** Made when it is first needed: importing has no side effect. */
export function getContext(): Context {
  context ??= createContext(openClientStore(new Database(databaseName)), new Channel(), false);
  return context;
}

/** Makes a service worker's, with what its engine has. */
export function shareWithEngine(store: WebClientStore, channel: Channel): Realm {
  // its event handlers hold the records for as long as they read them
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
    return await getContext().realm.ports.store.transact('write', (own) => registrationKey(scope, own));
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

/** ms for which an engine is waited for that has to let go; one that handles an event may take much longer */
const handOverTimeout = 1000;

/**
 * Does something while no engine of this scope is writing. WebKit ends a worker that is unregistered at once, and a
 * transaction that it was in the middle of then holds up all others for ever.
 */
export async function withoutEngine<T>(scope: string, work: () => Promise<T>): Promise<T> {
  let done: Promise<T> | undefined;
  try {
    const { channel, realm } = getContext();
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), handOverTimeout);
    const name = runningLock(await registrationKey(scope));
    channel.askForHandOver(scope);
    await realm.ports.lock.hold(name, patience.signal, () => {
      clearTimeout(timer);
      done = work();
      return done;
    });
  } catch {
    // it did not let go in time, or no engine can work here either
  }
  return await (done ?? work());
}

/**
 * Begins a new generation of a scope: what was stored for its registrations before is purged. A store that fails stops
 * no worker of the app from being installed or unregistered.
 */
export async function beginGeneration(scope: string): Promise<void> {
  try {
    const { realm, channel } = getContext();
    const purged = await realm.ports.store.transact('write', async (transaction) => {
      const generation = await transaction.getGeneration(scope);
      transaction.putGeneration(scope, newGeneration());
      if (generation === undefined) return [];
      const fetches = await transaction.listFetches(`${generation} ${scope}`);
      for (const { key } of fetches) transaction.deleteFetch(key);
      return fetches;
    });
    for (const fetch of purged) channel.publish(takeSnapshot({ ...fetch, state: 'released' }, addUp([])));
  } catch (error) {
    warn(`what was stored for ${scope} can't be purged`, error);
  }
}

function newGeneration(): string {
  return random.next().toString(36);
}
