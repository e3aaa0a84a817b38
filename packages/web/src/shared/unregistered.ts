import type { RegistrationKey } from '@background-fetch/core';
import { isChromium, isFirefox } from './browser.ts';
import { generationTime, scopeOf } from './context.ts';
import { databaseName } from './names.ts';

// A page that unregisters may be gone before it has purged anything, and in WebKit the page that comes next may be shown no
// registration at all, so that it can't tell. There, the time at which a scope was unregistered is noted: in localStorage, as
// that alone is written in the task of the call. Workers have none.

const nameOf = (scope: string): string => `${databaseName} unregistered ${scope}`;

/** Notes that a scope is being unregistered now. */
export function noteUnregistered(scope: string): void {
  if (isChromium() || isFirefox()) return;
  use((storage) => storage.setItem(nameOf(scope), `${Date.now()}`));
}

/** Whether its scope is known to have been unregistered after a registration had begun. */
export function isUnregistered(key: RegistrationKey): boolean {
  return generationTime(key) <= Number(use((storage) => storage.getItem(nameOf(scopeOf(key)))));
}

/** To be called once what was stored is purged, or the registration turned out to live. */
export function forgetUnregistered(scope: string): void {
  use((storage) => storage.removeItem(nameOf(scope)));
}

/** Where storage is full or a user has blocked it, the next registration of the scope purges. */
function use<T>(work: (storage: Storage) => T): T | undefined {
  try {
    return globalThis.localStorage && work(localStorage);
  } catch {
    return undefined;
  }
}
