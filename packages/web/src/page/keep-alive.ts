import {
  type BackgroundFetchSnapshot,
  catchUp,
  type FetchKey,
  type Realm,
  type RegistrationKey,
} from '@background-fetch/core';
import { endGenerations, getContext, purge } from '../shared/context.ts';
import { warn } from '../shared/host.ts';
import { forgetUnregistered, listUnregistered } from '../shared/unregistered.ts';
import { ping } from './ping.ts';
import { find } from './registrations.ts';

/** ms between two pings: docs/discoveries.md#how-long-a-worker-lives */
const pingInterval = 10_000;

/** Background fetches that want an engine, with their registration. */
const wanting = new Map<FetchKey, RegistrationKey>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Keeps the service workers of this origin going for as long as they have something to do and this context lives. */
export function keepAlive(): void {
  try {
    // `serviceWorker` throws in sandboxed frames, and everything below where a user has blocked the storage of the site
    if (!globalThis.navigator?.serviceWorker) return;
    const { channel, realm } = getContext();
    channel.subscribe(follow);
    for (const type of ['online', 'pagehide', 'visibilitychange']) {
      globalThis.addEventListener(type, () => pingAll(type === 'pagehide'));
    }
    // fetches that an earlier visit left go on now
    look(realm);
    globalThis.addEventListener('pageshow', ({ persisted }) => {
      if (persisted) look(realm, true);
    });
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  warn("background fetches can't be kept going", error);
}

/**
 * Looks around, and again later if the store can't be read: no other page may come for a long time, and a crash may hold up
 * the database for a while: docs/discoveries.md#chromium-a-database-after-a-crash
 */
function look(realm: Realm, away = false, delay = pingInterval): void {
  lookAround(realm, away).catch((error) => {
    fail(error);
    setTimeout(look, delay, realm, away, 2 * delay);
  });
}

/** @param away whether this page was in the back/forward cache, and has heard of nothing meanwhile */
async function lookAround(realm: Realm, away: boolean): Promise<void> {
  if (away) await catchUp(realm);
  for (const [scope, time] of listUnregistered()) {
    await endGenerations(scope, time);
    forgetUnregistered(scope, time);
  }
  const fetches = await realm.ports.store.read((transaction) => transaction.listFetches());
  wanting.clear();
  for (const { key, registration, state } of fetches) {
    if (state !== 'paused' && state !== 'released') want(key, registration);
  }
  pingAll();
  // a registration may be gone whose page did not live to see to this; of some, nobody may ever tell
  const keys = new Set(fetches.map(({ registration }) => registration));
  await Promise.all(
    [...keys].map(async (key) => {
      // the key may be of no scope of this origin
      const found = await find(key).catch(() => {});
      if (found === null) await purge(fetches.filter(({ registration }) => registration === key));
    }),
  );
}

function follow({ key, registration, recordsAvailable, paused }: BackgroundFetchSnapshot): void {
  if (recordsAvailable && !paused) want(key, registration);
  else wanting.delete(key);
  if (wanting.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}

function want(key: FetchKey, registration: string): void {
  // any script of the origin can write to the store and the channel, so that the value may be anything
  if (typeof registration !== 'string') return;
  wanting.set(key, registration);
  timer ??= startPinging();
}

/**
 * The timer is the browser's own, which zone.js leaves at this name, because one of zone.js would keep an Angular app from
 * becoming stable: docs/discoveries.md#zonejs-timers-keep-an-app-busy
 */
function startPinging(): ReturnType<typeof setInterval> {
  const start: typeof setInterval = Reflect.get(globalThis, '__zone_symbol__setInterval') ?? setInterval;
  return start(pingAll, pingInterval);
}

function pingAll(last = false): void {
  for (const key of new Set(wanting.values())) {
    find(key)
      .then((registration) => registration && ping(registration, last))
      // the key is of no scope of this origin
      .catch(() => {});
  }
}
