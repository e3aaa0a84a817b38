// TypeScript's libraries for windows and for service workers exclude each other: this is what is needed of the latter.

export interface ExtendableEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}

export interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

export interface BackgroundFetchEvent extends ExtendableEvent {
  readonly registration: BackgroundFetchRegistration;
}

export interface BackgroundFetchUpdateUIEvent extends BackgroundFetchEvent {
  updateUI(options: { title?: string }): Promise<void>;
}

interface EventsByType {
  install: ExtendableEvent;
  activate: ExtendableEvent;
  fetch: FetchEvent;
  backgroundfetchsuccess: BackgroundFetchUpdateUIEvent;
  backgroundfetchfail: BackgroundFetchUpdateUIEvent;
  backgroundfetchabort: BackgroundFetchEvent;
  backgroundfetchclick: BackgroundFetchEvent;
}

interface WindowClient {
  readonly url: string;
  focus(): Promise<WindowClient>;
}

interface ServiceWorkerScope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { type: 'window' }): Promise<WindowClient[]>;
    openWindow(url: string): Promise<WindowClient | null>;
  };
  skipWaiting(): Promise<void>;
  addEventListener<T extends keyof EventsByType>(type: T, listener: (event: EventsByType[T]) => void): void;
}

/** The service worker's global. */
export const scope = globalThis as unknown as ServiceWorkerScope;
