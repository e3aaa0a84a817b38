// TypeScript's libraries for windows and for service workers exclude each other: this is what the tests need.

interface ExtendableEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}

export interface BackgroundFetchEvent extends ExtendableEvent {
  readonly registration: BackgroundFetchRegistration;
  /** Of success and fail only. */
  updateUI(options?: unknown): Promise<void>;
}

export const eventNames = [
  'backgroundfetchsuccess',
  'backgroundfetchfail',
  'backgroundfetchabort',
  'backgroundfetchclick',
] as const;
export type EventName = (typeof eventNames)[number];

interface TestServiceWorkerScope extends Omit<EventTarget, 'addEventListener'> {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  importScripts(...urls: string[]): void;
  addEventListener(type: EventName, listener: (event: BackgroundFetchEvent) => void): void;
  addEventListener(
    type: 'message',
    listener: (event: ExtendableEvent & { readonly data: unknown }) => void,
  ): void;
  addEventListener(
    type: 'fetch',
    listener: (event: ExtendableEvent & { readonly request: Request }) => void,
  ): void;
}

/** The service worker's global. */
export const serviceWorker = globalThis as unknown as TestServiceWorkerScope;
