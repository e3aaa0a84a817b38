import { type BackgroundFetchRegistration as Instance, setPaused, snapshotOf } from '@background-fetch/core';
import { scopeOf } from '../shared/context.ts';
import { post } from './ping.ts';

/** What a browser's own download display lets its user do, for apps that draw one. */

/**
 * Pauses a background fetch: nothing is transferred until `resume()`, and nothing that was is lost.
 * Rejects with an InvalidStateError if it has ended, or if a request that is not a GET is still under way.
 */
export function pause(registration: BackgroundFetchRegistration): Promise<void> {
  return setPaused(registration as Instance, true);
}

/** Lets a paused background fetch go on. Rejects with an InvalidStateError if it has ended. */
export function resume(registration: BackgroundFetchRegistration): Promise<void> {
  return setPaused(registration as Instance, false);
}

/** Whether it is paused. */
export function isPaused(registration: BackgroundFetchRegistration): boolean {
  return snapshotOf(registration as Instance).paused;
}

/** Activates the display of a background fetch: its service worker gets a `backgroundfetchclick` event. */
export async function click(registration: BackgroundFetchRegistration): Promise<void> {
  const { key, registration: owner } = snapshotOf(registration as Instance);
  const worker = (await navigator.serviceWorker.getRegistration(scopeOf(owner)))?.active;
  if (worker) post(worker, { type: 'click', key });
}
