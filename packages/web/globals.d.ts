// What TypeScript's DOM library lacks: the Background Fetch API as windows, workers and service workers have it.
// https://wicg.github.io/background-fetch/#idl-index

/** https://wicg.github.io/background-fetch/#enumdef-backgroundfetchresult */
type BackgroundFetchResult = '' | 'success' | 'failure';

/** https://wicg.github.io/background-fetch/#enumdef-backgroundfetchfailurereason */
type BackgroundFetchFailureReason =
  | ''
  | 'aborted'
  | 'bad-status'
  | 'fetch-error'
  | 'quota-exceeded'
  | 'download-total-exceeded';

/** https://w3c.github.io/image-resource/#dom-imageresource */
interface ImageResource {
  src: string;
  sizes?: string;
  type?: string;
  label?: string;
}

/** https://wicg.github.io/background-fetch/#dictdef-backgroundfetchuioptions */
interface BackgroundFetchUIOptions {
  /** The icons to choose from; none by default. */
  icons?: Iterable<ImageResource>;
  /** The title; '' by default. */
  title?: string;
}

/** https://wicg.github.io/background-fetch/#dictdef-backgroundfetchoptions */
interface BackgroundFetchOptions extends BackgroundFetchUIOptions {
  /** bytes of all responses that the app expects; the fetch fails when more come. 0, the default, where it is not known */
  downloadTotal?: number;
}

/** https://wicg.github.io/background-fetch/#background-fetch-manager */
interface BackgroundFetchManager {
  /**
   * Starts a background fetch. Resolves when its requests are stored, so that nothing can lose it any more.
   * Rejects with a TypeError for arguments that can't be fetched, an id that is active, or a worker without an engine;
   * NotAllowedError where the user or a policy refuses; QuotaExceededError where there is no room.
   * https://wicg.github.io/background-fetch/#background-fetch-manager-fetch
   */
  fetch(
    id: string,
    requests: RequestInfo | URL | Iterable<RequestInfo | URL>,
    options?: BackgroundFetchOptions,
  ): Promise<BackgroundFetchRegistration>;
  /**
   * Resolves with the active background fetch of this id, undefined if there is none. Rejects with a TypeError for ''.
   * https://wicg.github.io/background-fetch/#background-fetch-manager-get
   */
  get(id: string): Promise<BackgroundFetchRegistration | undefined>;
  /**
   * Resolves with the ids of the active background fetches, in the order in which they were started.
   * https://wicg.github.io/background-fetch/#background-fetch-manager-get-ids
   */
  getIds(): Promise<string[]>;
}

declare var BackgroundFetchManager: { prototype: BackgroundFetchManager; new (): BackgroundFetchManager };

interface BackgroundFetchRegistrationEventMap {
  progress: Event;
}

/** https://wicg.github.io/background-fetch/#background-fetch-registration */
interface BackgroundFetchRegistration extends EventTarget {
  /** The id that was given to `fetch()`. */
  readonly id: string;
  /** The bytes of all request bodies. */
  readonly uploadTotal: number;
  /** The bytes of request bodies that were sent. */
  readonly uploaded: number;
  /** The bytes that the app expects, 0 by default. */
  readonly downloadTotal: number;
  /** The bytes of response bodies that are stored. */
  readonly downloaded: number;
  /** `success` or `failure`, '' while the fetch is active. */
  readonly result: BackgroundFetchResult;
  /** Why the fetch failed, '' if it did not. */
  readonly failureReason: BackgroundFetchFailureReason;
  /** Whether `match()` and `matchAll()` can be used: from the start until the event at the end was handled. */
  readonly recordsAvailable: boolean;
  /**
   * The handler of `progress` events, null by default: one is fired when `uploaded`, `downloaded`, `result` or
   * `failureReason` has changed.
   */
  onprogress: ((event: Event) => unknown) | null;
  /**
   * Aborts the background fetch. Resolves, when that is stored, with true if this call aborted it, with false if it had
   * ended or was aborted before.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-abort
   */
  abort(): Promise<boolean>;
  /**
   * Resolves with the first record that matches, in the order given to `fetch()`, with undefined if none does. The options
   * are those of a cache, each false by default: `ignoreSearch` compares URLs without their queries, `ignoreMethod` lets a
   * request that is no GET match, `ignoreVary` pays no attention to `Vary`. Rejects with an InvalidStateError if the
   * records are not available any more, with a TypeError for a request that can't be.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-match
   */
  match(request: RequestInfo | URL, options?: CacheQueryOptions): Promise<BackgroundFetchRecord | undefined>;
  /**
   * Resolves with the records that match, all of them without a request, in the order given to `fetch()`. Options and
   * errors are those of `match()`.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-matchall
   */
  matchAll(
    request?: RequestInfo | URL,
    options?: CacheQueryOptions,
  ): Promise<readonly BackgroundFetchRecord[]>;
  addEventListener<K extends keyof BackgroundFetchRegistrationEventMap>(
    type: K,
    listener: (this: BackgroundFetchRegistration, event: BackgroundFetchRegistrationEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof BackgroundFetchRegistrationEventMap>(
    type: K,
    listener: (this: BackgroundFetchRegistration, event: BackgroundFetchRegistrationEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

declare var BackgroundFetchRegistration: {
  prototype: BackgroundFetchRegistration;
  new (): BackgroundFetchRegistration;
};

/** https://wicg.github.io/background-fetch/#background-fetch-record-interface */
interface BackgroundFetchRecord {
  /** The request as it was given to `fetch()`, with its body; the same object each time. */
  readonly request: Request;
  /**
   * Resolves with the response as soon as its head is known; its body streams.
   * Rejects with an AbortError if the fetch was aborted before that, with a TypeError if it failed, with an
   * InvalidStateError if it is asked for too long after the records were released.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchrecord-responseready
   */
  readonly responseReady: Promise<Response>;
}

declare var BackgroundFetchRecord: { prototype: BackgroundFetchRecord; new (): BackgroundFetchRecord };

interface ServiceWorkerRegistration {
  readonly backgroundFetch: BackgroundFetchManager;
}

interface Permissions {
  query(permissionDesc: { name: 'background-fetch' }): Promise<PermissionStatus>;
}
