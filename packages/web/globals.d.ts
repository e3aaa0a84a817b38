// What TypeScript's DOM library lacks: the Background Fetch API as windows, workers and service workers have it.
// https://wicg.github.io/background-fetch/#idl-index

type BackgroundFetchResult = '' | 'success' | 'failure';

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

interface BackgroundFetchUIOptions {
  icons?: Iterable<ImageResource>;
  title?: string;
}

interface BackgroundFetchOptions extends BackgroundFetchUIOptions {
  /** bytes; 0 or nothing where it is not known */
  downloadTotal?: number;
}

interface BackgroundFetchManager {
  /**
   * Starts a background fetch. Resolves when its requests are stored, so that nothing can lose it any more.
   * Rejects with a TypeError for arguments that can't be fetched, an id that is active, or a worker without an engine;
   * NotAllowedError where the user or a policy refuses; QuotaExceededError where there is no room.
   */
  fetch(
    id: string,
    requests: RequestInfo | URL | Iterable<RequestInfo | URL>,
    options?: BackgroundFetchOptions,
  ): Promise<BackgroundFetchRegistration>;
  /** Resolves with the active background fetch of this id, undefined if there is none. */
  get(id: string): Promise<BackgroundFetchRegistration | undefined>;
  /** Resolves with the ids of the active background fetches, in the order in which they were started. */
  getIds(): Promise<string[]>;
}

declare var BackgroundFetchManager: { prototype: BackgroundFetchManager; new (): BackgroundFetchManager };

interface BackgroundFetchRegistrationEventMap {
  progress: Event;
}

interface BackgroundFetchRegistration extends EventTarget {
  readonly id: string;
  /** bytes, as are the next three */
  readonly uploadTotal: number;
  readonly uploaded: number;
  readonly downloadTotal: number;
  readonly downloaded: number;
  readonly result: BackgroundFetchResult;
  readonly failureReason: BackgroundFetchFailureReason;
  readonly recordsAvailable: boolean;
  onprogress: ((event: Event) => unknown) | null;
  /** Resolves with true if this call aborted the fetch, with false if it had ended or was aborted before. */
  abort(): Promise<boolean>;
  /** Resolves with the first record that matches, with undefined if none does. */
  match(request: RequestInfo | URL, options?: CacheQueryOptions): Promise<BackgroundFetchRecord | undefined>;
  /**
   * Resolves with the records that match, all of them without a request, in the order given to `fetch()`.
   * Rejects with an InvalidStateError if the records are no longer available.
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

interface BackgroundFetchRecord {
  readonly request: Request;
  /**
   * Resolves with the response as soon as its head is known; its body streams.
   * Rejects with an AbortError if the fetch was aborted before that, with a TypeError if it failed.
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
