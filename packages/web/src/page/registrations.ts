import type { RegistrationKey } from '@background-fetch/core';
import { isChromium, isFirefox } from '../shared/browser.ts';
import { scopeOf } from '../shared/context.ts';

/** Those that this context uses, by their scopes. */
export const inUse = new Map<string, ServiceWorkerRegistration>();

/**
 * The registration that a key is of; null if it is gone. A process that WebKit starts after the last registration of all
 * sites has gone finds none for as long as it lives, not even its own. There, this is one that this context uses or lies
 * in, or undefined: nobody can tell.
 */
export async function find(key: RegistrationKey): Promise<ServiceWorkerRegistration | null | undefined> {
  const scope = scopeOf(key);
  const container = navigator.serviceWorker;
  let found = await container.getRegistration(scope);
  // where one is shown, all are
  const hidden = !found && !isChromium() && !isFirefox() && !(await container.getRegistrations())[0];
  // this stays pending in a context that lies in none
  if (hidden) found = inUse.get(scope) ?? (await container.ready);
  // a scope inside another one's finds the other once it is gone itself
  return found?.scope === scope ? found : hidden ? undefined : null;
}
