/// <reference path="../service-worker-globals.d.ts" />
import { type InstallOptions, installInterfaces, managerOf } from './install.ts';
import { defineEventHandlers, eventInterfaces } from './service-worker/events.ts';
import { watchReaders } from './service-worker/read-message.ts';
import { goOnWithFetches, runEngine, workerHost } from './service-worker/run-engine.ts';
import { warn } from './shared/host.ts';

export { canPause, click, isPaused, onPausedChange, pause, resume } from '@background-fetch/core';
export type { InstallOptions } from './install.ts';
export { configure, type WorkerOptions } from './service-worker/run-engine.ts';
export { putInto } from './shared/put-into.ts';

const mark = Symbol.for('background-fetch.engine');
/** Whether another copy of this script runs the engine: a second one would get the lock, and the first one the messages. */
const isSecond = mark in globalThis;

/**
 * Installs the Background Fetch API in this service worker. Importing this module does it with `native: 'prefer'`;
 * where pages use `native: 'replace'`, call it with that.
 */
export function install(options: InstallOptions = {}): () => void {
  if (isSecond) return () => {};
  return installInterfaces(
    options,
    () => workerHost,
    (patches) => {
      goOnWithFetches();
      watchReaders(patches);
      const { BackgroundFetchEvent, BackgroundFetchUpdateUIEvent } = eventInterfaces();
      for (const Interface of [BackgroundFetchEvent, BackgroundFetchUpdateUIEvent]) {
        patches.define(globalThis, Interface.name, { value: Interface, writable: true });
      }
      const handlers = {};
      defineEventHandlers(handlers);
      patches.defineAll(globalThis, handlers);
    },
  );
}

/** Gives the manager of this registration, for workers that leave the globals alone. */
export function backgroundFetchOf(registration: ServiceWorkerRegistration): BackgroundFetchManager {
  return managerOf(registration, () => workerHost);
}

if (isSecond) warn('this service worker imports it twice: the second copy does nothing');
else {
  Object.assign(globalThis, { [mark]: true });
  runEngine();
  install();
}
