// TypeScript's libraries for windows and for service workers exclude each other: this is what is needed of the latter.

/** https://w3c.github.io/ServiceWorker/#extendableevent-interface */
export interface ExtendableEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}

/** https://w3c.github.io/ServiceWorker/#extendablemessageevent-interface */
export interface ExtendableMessageEvent extends ExtendableEvent {
  readonly data: unknown;
  readonly ports: readonly MessagePort[];
}

/** https://w3c.github.io/ServiceWorker/#fetchevent-interface */
export interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Response): void;
}

interface ServiceWorkerScope extends Omit<EventTarget, 'addEventListener'> {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { matchAll(options: { type: 'all' }): Promise<readonly unknown[]> };
  /** Missing in some engines' older versions. */
  readonly serviceWorker?: ServiceWorker;
  skipWaiting(): Promise<void>;
  readonly ExtendableEvent: new (type: string, init?: EventInit) => ExtendableEvent;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
  addEventListener(type: 'message', listener: (event: ExtendableMessageEvent) => void): void;
  addEventListener(type: string, listener: (event: ExtendableEvent) => void): void;
}

/** The service worker's global. */
export const scope = globalThis as unknown as ServiceWorkerScope;
