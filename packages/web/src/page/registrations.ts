import type { RegistrationKey } from '@background-fetch/core';
import { isChromium, isFirefox } from '../shared/browser.ts';
import { scopeOf } from '../shared/context.ts';

/** The registrations that this context uses, by their scopes. */
export const inUse = new Map<string, ServiceWorkerRegistration>();

/**
 * The registration that a key is of; null if it is gone. In a process of WebKit that shows none, it is one that this
 * context uses or lies in, or undefined, as nobody can tell:
 * docs/discoveries.md#webkit-registrations-that-are-not-shown
 */
export async function find(key: RegistrationKey): Promise<ServiceWorkerRegistration | null | undefined> {
  const scope = scopeOf(key);
  const container = navigator.serviceWorker;
  let found = await container.getRegistration(scope);
  // where WebKit shows one registration, it shows all
  const hidden = !found && !isChromium() && !isFirefox() && !(await container.getRegistrations())[0];
  // `ready` stays pending in a context that lies in no registration
  if (hidden) found = inUse.get(scope) ?? (await container.ready);
  // a scope inside another one's finds the other once it is gone itself
  return found?.scope === scope ? found : hidden ? undefined : null;
}
