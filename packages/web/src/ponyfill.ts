import { hasNative, type InstallOptions, installInterfaces, managerOf } from './install.ts';
import { keepAlive } from './page/keep-alive.ts';
import { createPageHost } from './page/registration-host.ts';

export { canPause, click, isPaused, onPausedChange, pause, resume } from '@background-fetch/core';
export type { InstallOptions } from './install.ts';
export { BackgroundFetchManager, BackgroundFetchRecord, BackgroundFetchRegistration } from './interfaces.ts';
export { forget } from './page/forget.ts';
export { putInto } from './shared/put-into.ts';
export type { StartDecision, StartPolicy } from './shared/start-policy.ts';
export { hasNative };

let keepsAlive = false;

function keepAliveOnce(): void {
  if (!keepsAlive) keepAlive();
  keepsAlive = true;
}

/**
 * Installs the Background Fetch API in this window or worker. With `native: 'prefer'`, the default, a browser's own
 * one is left alone. Returns a function that takes back every change of a global.
 */
export function install(options: InstallOptions = {}): () => void {
  return installInterfaces(options, createPageHost, keepAliveOnce);
}

/** The manager of a registration, for apps that leave the globals alone. */
export function backgroundFetchOf(registration: ServiceWorkerRegistration): BackgroundFetchManager {
  keepAliveOnce();
  return managerOf(registration, createPageHost);
}
