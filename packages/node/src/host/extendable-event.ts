import { messageOf } from '@background-fetch/common';
import {
  addLifetimePromise,
  type BackgroundFetchEvent as CoreEvent,
  type BackgroundFetchUpdateUIEvent as CoreUpdateUIEvent,
  createEventInterfaces,
  defineInterface,
  dispatchExtendableEvent,
} from '@background-fetch/core';

/** https://w3c.github.io/ServiceWorker/#extendableevent-interface */
export class ExtendableEvent extends Event {
  /**
   * Keeps the event active until `promise` settles: until then the records of its background fetch stay. A rejection
   * counts as settled, and is logged.
   * @throws InvalidStateError (DOMException) after the event has ended, or if the engine did not dispatch it
   */
  waitUntil(promise: unknown): void {
    addLifetimePromise(this, promise);
  }
}

defineInterface(ExtendableEvent, 'ExtendableEvent');

function rejectionWarning({ type }: Event, cause: unknown): Error {
  const reason = messageOf(cause);
  const warning = new Error(`A promise given to waitUntil() of the ${type} event was rejected: ${reason}`, {
    cause,
  });
  warning.name = 'BackgroundFetchWarning';
  return warning;
}

/** The event of an abort and of a click. https://wicg.github.io/background-fetch/#background-fetch-event */
export type BackgroundFetchEvent = CoreEvent & ExtendableEvent;
/** The event of a success and of a failure. https://wicg.github.io/background-fetch/#background-fetch-update-ui-event */
export type BackgroundFetchUpdateUIEvent = CoreUpdateUIEvent & ExtendableEvent;

/** The event interfaces of the specification, on top of this ExtendableEvent. */
export const eventInterfaces = createEventInterfaces(ExtendableEvent);
/** The interface objects of the events, for `instanceof` and for listeners that a test calls. */
export const { BackgroundFetchEvent, BackgroundFetchUpdateUIEvent } = eventInterfaces;

/**
 * Dispatches an event and resolves when it is not active any more: its listeners have returned and all promises given to
 * waitUntil() have settled.
 */
export async function dispatchExtendable(target: EventTarget, event: Event): Promise<void> {
  await dispatchExtendableEvent(target, event, (error) =>
    process.emitWarning(rejectionWarning(event, error)),
  );
}
