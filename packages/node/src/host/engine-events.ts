import { getEventListeners } from 'node:events';
import {
  type BackgroundFetchEventName,
  type BackgroundFetchRegistration,
  type BackgroundFetchSnapshot,
  createEvent,
  type Events,
  StoreError,
} from '@background-fetch/core';
import { dispatchExtendable, eventInterfaces } from './extendable-event.ts';
import type { Wakefulness } from './wakefulness.ts';

const handled: Readonly<Record<BackgroundFetchEventName, true>> = {
  backgroundfetchsuccess: true,
  backgroundfetchfail: true,
  backgroundfetchabort: true,
  backgroundfetchclick: true,
};

/** All events of the port: one that it gains and that is missing here does not compile. */
export const eventNames = Object.keys(handled) as readonly BackgroundFetchEventName[];

interface Waiting {
  readonly name: BackgroundFetchEventName;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/**
 * The events port. The engine's event target takes the place of the service worker's global: but there listeners have
 * to be there when the script has run, and here an app may come to register its own after any number of awaits. So a
 * terminal event that nobody listens to is not lost on nobody: it stays owed until somebody does.
 */
export class EngineEvents implements Events {
  readonly #target: EventTarget;
  readonly #getInstance: (snapshot: BackgroundFetchSnapshot) => BackgroundFetchRegistration;
  readonly #wakefulness: Wakefulness;
  readonly #waiting = new Set<Waiting>();
  #closed = false;

  constructor(
    target: EventTarget,
    getInstance: (snapshot: BackgroundFetchSnapshot) => BackgroundFetchRegistration,
    wakefulness: Wakefulness,
  ) {
    this.#target = target;
    this.#getInstance = getInstance;
    this.#wakefulness = wakefulness;
  }

  async dispatch(name: BackgroundFetchEventName, snapshot: BackgroundFetchSnapshot): Promise<void> {
    if (name === 'backgroundfetchclick' && !this.#hasListener(name)) return;
    await this.listened(name);
    const event = createEvent(eventInterfaces, name, this.#getInstance(snapshot));
    await dispatchExtendable(this.#target, event);
  }

  async listened(name: BackgroundFetchEventName): Promise<void> {
    while (!this.#hasListener(name)) await this.#wakefulness.sleepUntil(this.#nextListener(name));
    if (this.#closed) throw closedError();
  }

  /** A listener for events of this type was added: they are dispatched when its caller has had its turn. */
  listenerAdded(type: string): void {
    for (const waiting of this.#waiting) if (waiting.name === type) this.#end(waiting, waiting.resolve);
  }

  /** Leaves what nobody listened to for the next engine. */
  close(): void {
    this.#closed = true;
    for (const waiting of this.#waiting) this.#end(waiting, () => waiting.reject(closedError()));
  }

  #hasListener(name: BackgroundFetchEventName): boolean {
    return getEventListeners(this.#target, name).length > 0;
  }

  #nextListener(name: BackgroundFetchEventName): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => this.#waiting.add({ name, resolve, reject }));
  }

  #end(waiting: Waiting, end: () => void): void {
    this.#waiting.delete(waiting);
    // listeners that are registered one after the other all get the event
    setImmediate(end);
  }
}

function closedError(): Error {
  return new StoreError('The engine was closed: the event is dispatched after the next start');
}
