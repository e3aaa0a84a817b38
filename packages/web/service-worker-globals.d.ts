/// <reference path="./globals.d.ts" />
// What service workers have beside that. Where an app compiles its worker with TypeScript's DOM library, which has no
// service workers, the interfaces below are all that is known of them.

interface ExtendableEvent extends Event {
  // biome-ignore lint/suspicious/noExplicitAny: as TypeScript's own library has it
  waitUntil(f: Promise<any>): void;
}

/** https://wicg.github.io/background-fetch/#dictdef-backgroundfetcheventinit */
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
  /**
   * Changes the title and the icons that are displayed; one that is not given stays as it is. Resolves when they are
   * stored. Rejects with an InvalidStateError the second time, and once the event is not active any more.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchupdateuievent-updateui
   */
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
