import {
  addLifetimePromise,
  type BackgroundFetchEventName,
  type BackgroundFetchSnapshot,
  createEvent,
  createEventInterfaces,
  defineEventHandler,
  dispatchExtendableEvent,
  type EventInterfaces,
  type Events,
  getInstance,
  type RegistrationHost,
} from '@background-fetch/core';
import { getContext } from '../shared/context.ts';
import { scope } from './scope.ts';

let interfaces: EventInterfaces | undefined;

/** The event interfaces, on top of this worker's ExtendableEvent. */
export function eventInterfaces(): EventInterfaces {
  interfaces ??= createEventInterfaces(scope.ExtendableEvent);
  return interfaces;
}

/**
 * Defines the event handlers on the global itself, as members of a global interface are; scripts may use them without
 * it.
 * https://wicg.github.io/background-fetch/#extensions-to-service-worker-global
 */
export function defineEventHandlers(global: object): void {
  for (const name of ['success', 'fail', 'abort', 'click']) {
    defineEventHandler(global, `backgroundfetch${name}`, (value) =>
      (value ?? globalThis) === globalThis ? (globalThis as unknown as EventTarget) : null,
    );
  }
}

/** The events port: functional events that the worker's listeners can't tell from the browser's own. */
export function createEvents(host: RegistrationHost): Events {
  return {
    async dispatch(name: BackgroundFetchEventName, snapshot: BackgroundFetchSnapshot): Promise<void> {
      const registration = getInstance(getContext().realm, host, snapshot);
      await dispatchInWorker(scope, createEvent(eventInterfaces(), name, registration));
    },
  };
}

/**
 * Dispatches an event, and resolves when it is not active any more. The browser's own waitUntil() refuses events made by
 * script.
 */
export async function dispatchInWorker(
  target: Pick<EventTarget, 'dispatchEvent'>,
  event: Event,
): Promise<void> {
  const waitUntil = (promise: unknown): void => addLifetimePromise(event, promise);
  Object.defineProperty(event, 'waitUntil', { value: waitUntil, configurable: true });
  await dispatchExtendableEvent(target, event, warnOfRejection);
}

function warnOfRejection(error: unknown): void {
  console.error('background-fetch: a promise given to waitUntil() was rejected.', error);
}
