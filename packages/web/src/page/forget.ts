import { forgetKeptFetch } from '@background-fetch/core';
import { getContext } from '../shared/context.ts';
import { createPageHost } from './registration-host.ts';

/**
 * Forgets what a background fetch of this id that failed has left, so that the next one starts anew. Resolves with
 * whether there was anything.
 */
export function forget(registration: ServiceWorkerRegistration, id: string): Promise<boolean> {
  return forgetKeptFetch(getContext().realm, createPageHost(registration), `${id}`);
}
