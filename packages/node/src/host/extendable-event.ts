import {
  brandDispatched,
  type BackgroundFetchEvent as CoreEvent,
  type BackgroundFetchUpdateUIEvent as CoreUpdateUIEvent,
  createEventInterfaces,
  defineInterface,
} from '@background-fetch/core';
import { messageOf } from '../errors.ts';

/** What is known of an event from its dispatch until it is no longer active. */
class Activity {
  dispatching = true;
  readonly pending = new Set<Promise<unknown>>();
  onSettled = (): void => {};

  get isActive(): boolean {
    return this.dispatching || this.pending.size > 0;
  }
}

const activities = new WeakMap<Event, Activity>();

/** https://w3c.github.io/ServiceWorker/#extendableevent-interface */
export class ExtendableEvent extends Event {
  /**
   * Keeps the event active until `promise` settles: until then the records of its background fetch stay. A rejection
   * counts as settled, and is logged.
   * @throws InvalidStateError (DOMException) after the event has ended, or if the engine did not dispatch it
   */
  waitUntil(promise: unknown): void {
    const activity = activities.get(this);
    if (!activity?.isActive) {
      throw new DOMException(
        `waitUntil() of the ${this.type} event was called when it was not active`,
        'InvalidStateError',
      );
    }
    const settled = Promise.resolve(promise)
      .catch((error) => process.emitWarning(rejectionWarning(this, error)))
      // as in the specification, a promise that follows from this one may still be added in a microtask
      .then(() => {})
      .then(() => {
        activity.pending.delete(settled);
        if (activity.pending.size === 0) activity.onSettled();
      });
    activity.pending.add(settled);
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
export const { BackgroundFetchEvent, BackgroundFetchUpdateUIEvent } = createEventInterfaces(ExtendableEvent);

/**
 * Dispatches an event and resolves when it is no longer active: its listeners have returned and all promises given to
 * waitUntil() have settled.
 * https://w3c.github.io/ServiceWorker/#extendableevent-active
 */
export async function dispatchExtendable(target: EventTarget, event: Event): Promise<void> {
  const activity = new Activity();
  activities.set(event, activity);
  brandDispatched(event, () => activity.isActive);
  target.dispatchEvent(event);
  activity.dispatching = false;
  if (activity.pending.size > 0) await new Promise<void>((resolve) => (activity.onSettled = resolve));
}
