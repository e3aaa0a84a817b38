import * as core from '@background-fetch/core';
import { hasNative, type InstallOptions, installInterfaces, managerOf } from './install.ts';
import { keepAlive } from './page/keep-alive.ts';
import { createPageHost } from './page/registration-host.ts';
import { getContext } from './shared/context.ts';

export { canPause, click, isPaused, onPausedChange, pause, resume } from '@background-fetch/core';
export type { InstallOptions } from './install.ts';
export { putInto } from './shared/put-into.ts';
export type { StartDecision, StartPolicy } from './shared/start-policy.ts';
export { hasNative };

// The interface objects, with the types of the globals that they may become: what one entry of this package gives fits
// what another one takes.

export type BackgroundFetchManager = globalThis.BackgroundFetchManager;
export const BackgroundFetchManager: typeof globalThis.BackgroundFetchManager = core.BackgroundFetchManager;

export type BackgroundFetchRecord = globalThis.BackgroundFetchRecord;
export const BackgroundFetchRecord: typeof globalThis.BackgroundFetchRecord = core.BackgroundFetchRecord;

export type BackgroundFetchRegistration = globalThis.BackgroundFetchRegistration;
export const BackgroundFetchRegistration: typeof globalThis.BackgroundFetchRegistration =
  core.BackgroundFetchRegistration;

let keepsAlive = false;

function keepAliveOnce(): void {
  if (!keepsAlive) keepAlive();
  keepsAlive = true;
}

/**
 * Installs the Background Fetch API in this window or worker. With `native: 'prefer'`, the default, a browser's own
 * one is left alone; where there are no service workers, nothing is done. Returns a function that takes back every
 * change of a global.
 */
export function install(options: InstallOptions = {}): () => void {
  return installInterfaces(options, createPageHost, keepAliveOnce);
}

/** The manager of a registration, for apps that leave the globals alone; the same one each time. */
export function backgroundFetchOf(registration: ServiceWorkerRegistration): BackgroundFetchManager {
  keepAliveOnce();
  return managerOf(registration, createPageHost);
}

/**
 * Forgets what a background fetch of this id that failed has left, so that the next one starts anew. Resolves with
 * whether there was anything. Rejects with a StoreError if the store fails.
 */
export function forget(registration: ServiceWorkerRegistration, id: string): Promise<boolean> {
  return core.forgetKeptFetch(getContext().realm, createPageHost(registration), `${id}`);
}
