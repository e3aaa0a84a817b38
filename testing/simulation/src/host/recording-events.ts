import type { BackgroundFetchEventName, BackgroundFetchSnapshot, Events } from '@background-fetch/core';

export type EventListener = (snapshot: BackgroundFetchSnapshot) => unknown;

export interface DispatchedEvent {
  readonly name: BackgroundFetchEventName;
  readonly snapshot: BackgroundFetchSnapshot;
}

/** Keeps every event it was told to dispatch. What listeners return is waited for, as `waitUntil` would. */
export class RecordingEvents implements Events {
  readonly dispatched: DispatchedEvent[] = [];
  readonly #listeners = new Map<BackgroundFetchEventName, Set<EventListener>>();

  on(name: BackgroundFetchEventName, listener: EventListener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
    };
  }

  async dispatch(name: BackgroundFetchEventName, snapshot: BackgroundFetchSnapshot): Promise<void> {
    this.dispatched.push({ name, snapshot });
    const listeners = [...(this.#listeners.get(name) ?? [])];
    await Promise.allSettled(listeners.map(async (listener) => listener(snapshot)));
  }
}
