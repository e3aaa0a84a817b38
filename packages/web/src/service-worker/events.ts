import {
  type BackgroundFetchEventName,
  type BackgroundFetchSnapshot,
  brandDispatched,
  createEventInterfaces,
  type EngineHost,
  type EventInterfaces,
  type Events,
  getInstance,
} from '@background-fetch/core';
import { getContext } from '../shared/context.ts';
import { scope } from './scope.ts';

let interfaces: EventInterfaces | undefined;

/** The event interfaces, on top of this worker's ExtendableEvent. */
export function eventInterfaces(): EventInterfaces {
  interfaces ??= createEventInterfaces(scope.ExtendableEvent);
  return interfaces;
}

/** The events port: functional events that the worker's listeners can't tell from the browser's own. */
export function createEvents(host: EngineHost): Events {
  return {
    async dispatch(name: BackgroundFetchEventName, snapshot: BackgroundFetchSnapshot): Promise<void> {
      const { BackgroundFetchEvent, BackgroundFetchUpdateUIEvent } = eventInterfaces();
      const updatesUI = name === 'backgroundfetchsuccess' || name === 'backgroundfetchfail';
      const Interface = updatesUI ? BackgroundFetchUpdateUIEvent : BackgroundFetchEvent;
      const registration = getInstance(getContext().realm, host, snapshot);
      await dispatchExtendable(new Interface(name, { registration }));
    },
  };
}

/**
 * Dispatches an event and resolves when it is no longer active: its listeners have returned and all promises given to
 * waitUntil() have settled. The browser's own waitUntil() refuses events made by script.
 * https://w3c.github.io/ServiceWorker/#extendableevent-active
 */
async function dispatchExtendable(event: Event): Promise<void> {
  let dispatching = true;
  const pending = new Set<Promise<unknown>>();
  let onSettled = (): void => {};
  const isActive = (): boolean => dispatching || pending.size > 0;
  const waitUntil = (value: unknown): void => {
    if (!isActive()) {
      throw new DOMException(
        `waitUntil() of the ${event.type} event was called after it had ended`,
        'InvalidStateError',
      );
    }
    const settled = Promise.resolve(value)
      .catch((error) => warnOfRejection(error))
      // as in the specification, a promise that follows from this one may still be added in a microtask
      .then(() => {})
      .then(() => {
        pending.delete(settled);
        if (pending.size === 0) onSettled();
      });
    pending.add(settled);
  };
  Object.defineProperty(event, 'waitUntil', { value: waitUntil, configurable: true });
  brandDispatched(event, isActive);
  scope.dispatchEvent(event);
  dispatching = false;
  if (pending.size > 0) await new Promise<void>((resolve) => (onSettled = resolve));
}

function warnOfRejection(error: unknown): void {
  console.error('background-fetch: a promise given to waitUntil() was rejected.', error);
}
