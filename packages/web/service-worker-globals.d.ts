/// <reference path="./globals.d.ts" />
// What service workers have beside that. Where an app compiles its worker with TypeScript's DOM library, which has no
// service workers, the interfaces below are all that is known of them.

interface ExtendableEvent extends Event {
  // biome-ignore lint/suspicious/noExplicitAny: as TypeScript's own library has it
  waitUntil(f: Promise<any>): void;
}

interface BackgroundFetchEventInit extends EventInit {
  registration: BackgroundFetchRegistration;
}

/** https://wicg.github.io/background-fetch/#background-fetch-event */
interface BackgroundFetchEvent extends ExtendableEvent {
  readonly registration: BackgroundFetchRegistration;
}

declare var BackgroundFetchEvent: {
  prototype: BackgroundFetchEvent;
  new (type: string, init: BackgroundFetchEventInit): BackgroundFetchEvent;
};

/** https://wicg.github.io/background-fetch/#background-fetch-update-ui-event */
interface BackgroundFetchUpdateUIEvent extends BackgroundFetchEvent {
  /** Resolves when title and icons are changed. Rejects with an InvalidStateError when it is too late, or done before. */
  updateUI(options?: BackgroundFetchUIOptions): Promise<void>;
}

declare var BackgroundFetchUpdateUIEvent: {
  prototype: BackgroundFetchUpdateUIEvent;
  new (type: string, init: BackgroundFetchEventInit): BackgroundFetchUpdateUIEvent;
};

interface BackgroundFetchEventMap {
  backgroundfetchsuccess: BackgroundFetchUpdateUIEvent;
  backgroundfetchfail: BackgroundFetchUpdateUIEvent;
  backgroundfetchabort: BackgroundFetchEvent;
  backgroundfetchclick: BackgroundFetchEvent;
}

interface ServiceWorkerGlobalScopeEventMap extends BackgroundFetchEventMap {}

// TypeScript takes the global addEventListener() for that of a dedicated worker.
interface DedicatedWorkerGlobalScopeEventMap extends BackgroundFetchEventMap {}

interface ServiceWorkerGlobalScope {
  readonly registration: ServiceWorkerRegistration;
  addEventListener<K extends keyof BackgroundFetchEventMap>(
    type: K,
    listener: (this: ServiceWorkerGlobalScope, event: BackgroundFetchEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  onbackgroundfetchsuccess:
    | ((this: ServiceWorkerGlobalScope, event: BackgroundFetchUpdateUIEvent) => unknown)
    | null;
  onbackgroundfetchfail:
    | ((this: ServiceWorkerGlobalScope, event: BackgroundFetchUpdateUIEvent) => unknown)
    | null;
  onbackgroundfetchabort: ((this: ServiceWorkerGlobalScope, event: BackgroundFetchEvent) => unknown) | null;
  onbackgroundfetchclick: ((this: ServiceWorkerGlobalScope, event: BackgroundFetchEvent) => unknown) | null;
}
