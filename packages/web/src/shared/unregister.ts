import { runningLock, type StoredBackgroundFetch } from '@background-fetch/core';
import { isChromium, isFirefox } from './browser.ts';
import { getContext, listFetchesOf, purge, scopeOf } from './context.ts';
import { lock, warn } from './host.ts';
import { forgetUnregistered, noteUnregistered } from './unregistered.ts';

/** ms for which an engine is waited for that has to let go; one that handles an event may take much longer */
const handOverTimeout = 1000;

/**
 * Unregisters at once, as natively: what a page does next may be its last. The background fetches of the registration go
 * with it, without an event, after that; if the page goes away before, the next page of the origin sees to it.
 */
export async function unregister(scope: string, native: () => Promise<boolean>): Promise<boolean> {
  // a fetch that is stored from now on belongs to another registration, or to this one if the browser keeps it for a
  // page that registers it
  const listing = listUnlessLeft(scope);
  listing.catch(() => {});
  const time = noteUnregistered(scope);
  const result = isChromium() || isFirefox() || isBeingLeft() ? native() : withoutEngine(scope, native);
  result.then(
    // if the registration had been gone before, the next page purges the rest
    (unregistered) => (unregistered ? purgeListed(scope, time, listing) : undefined),
    // in a page that is left, this may reject although it unregisters
    () => listing.then((fetches) => fetches && forgetUnregistered(scope, time)).catch(() => {}),
  );
  return await result;
}

async function purgeListed(
  scope: string,
  time: number,
  listing: Promise<StoredBackgroundFetch[] | undefined>,
): Promise<void> {
  try {
    const fetches = await listing;
    if (!fetches) return;
    await purge(fetches);
    forgetUnregistered(scope, time);
  } catch (error) {
    warn(`what was stored for ${scope} can't be purged`, error);
  }
}

/** A page that comes back from the history reads the store anew: what there is then may be of a registration that lives. */
async function listUnlessLeft(scope: string): Promise<StoredBackgroundFetch[] | undefined> {
  let isLeft = false;
  const leave = (): void => {
    isLeft = true;
  };
  globalThis.addEventListener('pagehide', leave);
  try {
    const fetches = await listFetchesOf(scope);
    return isLeft ? undefined : fetches;
  } finally {
    globalThis.removeEventListener('pagehide', leave);
  }
}

/** Whether a listener of the app has been told that the page goes away: no other one can still be added for that. */
function isBeingLeft(): boolean {
  return /^(pagehide|unload)$/.test(`${globalThis.event?.type}`);
}

/**
 * Lets an engine of this scope go before the worker is unregistered, as WebKit's database would be held up:
 * docs/discoveries.md#webkit-a-worker-that-is-unregistered. A page that is left waits for nothing.
 */
function withoutEngine(scope: string, native: () => Promise<boolean>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let result: Promise<boolean> | undefined;
    const work = (): Promise<boolean> => {
      clearTimeout(timer);
      globalThis.removeEventListener('pagehide', work);
      result ??= native();
      result.then(resolve, reject);
      return result;
    };
    globalThis.addEventListener('pagehide', work);
    const timer = setTimeout(work, handOverTimeout);
    // the caller gets the rejection of `native()` by `work()`
    handOver(scope, work).catch(() => void work());
  });
}

/** Calls back while no engine of this scope is at work, and until the result settles. */
async function handOver(scope: string, work: () => Promise<unknown>): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  const prefix = runningLock('');
  const running = held.find(
    ({ name }) => name?.startsWith(prefix) && scopeOf(name.slice(prefix.length)) === scope,
  );
  if (!running?.name) return void work();
  getContext().channel.letGo(scope);
  await lock.hold(running.name, new AbortController().signal, async () => void (await work()));
}
