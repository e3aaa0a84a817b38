import { isChromium, isFirefox } from './browser.ts';
import { databaseName } from './names.ts';

// A page that unregisters may be gone before it has purged anything, and in WebKit the page that comes next can't tell:
// docs/discoveries.md#webkit-registrations-that-are-not-shown. There, the time at which a scope was unregistered is
// noted in localStorage, as that alone is written in the task of the call. Workers have none.

const prefix = `${databaseName} unregistered `;

/** Notes that a scope is being unregistered now. Returns the time. */
export function noteUnregistered(scope: string): number {
  const time = Date.now();
  use((storage) => storage.setItem(prefix + scope, `${time}`));
  return time;
}

/** The scopes of which it is noted that they were unregistered, with the times. */
export function listUnregistered(): readonly (readonly [scope: string, time: number])[] {
  return (
    use((storage) =>
      Object.keys(storage)
        .filter((name) => name.startsWith(prefix))
        .map((name) => [name.slice(prefix.length), Number(storage.getItem(name))] as const),
    ) ?? []
  );
}

/**
 * Forgets a note, once what was stored is purged, or the call was refused. A note of another time stays: the scope
 * has been unregistered again since.
 */
export function forgetUnregistered(scope: string, time: number): void {
  use((storage) => {
    if (storage.getItem(prefix + scope) === `${time}`) storage.removeItem(prefix + scope);
  });
}

/**
 * Uses the storage, if there is any. Where it is full or a user has blocked it, the next registration of the scope
 * purges.
 */
function use<T>(work: (storage: Storage) => T): T | undefined {
  if (isChromium() || isFirefox()) return undefined;
  try {
    return globalThis.localStorage && work(localStorage);
  } catch {
    return undefined;
  }
}
