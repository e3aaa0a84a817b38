import { isChromium, isFirefox } from '../shared/browser.ts';

/** ms for which the service worker may take to make the database: it does so while it is installed */
const patience = 2000;
/** ms between two looks */
const interval = 50;

/**
 * Resolves with whether a database of these names is there; with undefined where only opening it tells.
 *
 * In WebKit, only a service worker makes it, which nobody leaves; other contexts wait for that, and make it themselves only
 * after a while: docs/discoveries.md#webkit-a-database-that-is-not-made-yet
 */
export async function untilMade(names: readonly string[]): Promise<boolean | undefined> {
  if (isChromium() || isFirefox()) return undefined;
  const end = 'skipWaiting' in globalThis ? 0 : patience;
  for (let waited = 0; ; waited += interval) {
    const databases = await indexedDB.databases();
    if (databases.some(({ name = '' }) => names.includes(name))) return true;
    if (waited >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}
