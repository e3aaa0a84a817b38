import { createRealm, type Realm, type RegistrationKey } from '@background-fetch/core';
import { openIndexedDbStore } from '../storage/index.ts';
import { Channel } from './channel.ts';
import { clock, lock, random } from './host.ts';

/** What this context's API and engine share. */
export interface Context {
  readonly channel: Channel;
  readonly realm: Realm;
}

let context: Context | undefined;

/** Made when it is first needed: importing has no side effect. */
export function getContext(): Context {
  if (!context) {
    const channel = new Channel();
    const ports = { store: openIndexedDbStore(), announcements: channel, clock, random, lock };
    // its event handlers hold the records for as long as they read them
    const isServiceWorker = 'clients' in globalThis;
    context = {
      channel,
      realm: createRealm(ports, isServiceWorker),
    };
  }
  return context;
}

/** The key of the registration that has this scope now. */
export function registrationKey(scope: string): Promise<RegistrationKey> {
  return getContext().realm.ports.store.transact('write', async (transaction) => {
    let generation = await transaction.getGeneration(scope);
    if (generation === undefined) {
      generation = newGeneration();
      transaction.putGeneration(scope, generation);
    }
    return `${generation} ${scope}`;
  });
}

/** Begins a new generation of a scope: what was stored for its registrations before is purged. */
export async function beginGeneration(scope: string): Promise<void> {
  const { realm, channel } = getContext();
  const purged = await realm.ports.store.transact('write', async (transaction) => {
    const generation = await transaction.getGeneration(scope);
    transaction.putGeneration(scope, newGeneration());
    if (generation === undefined) return [];
    const fetches = await transaction.listFetches(`${generation} ${scope}`);
    for (const { key } of fetches) transaction.deleteFetch(key);
    return fetches;
  });
  for (const { key, registration, id, title, icons, uploadTotal, downloadTotal } of purged) {
    channel.publish({
      ...{ key, registration, id, title, icons, uploadTotal, downloadTotal, uploaded: 0, downloaded: 0 },
      ...{ result: '', failureReason: '', recordsAvailable: false, paused: false },
    });
  }
}

function newGeneration(): string {
  return Math.floor(random.next() * 2 ** 32).toString(36);
}
