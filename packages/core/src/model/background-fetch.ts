import type { ImageResource } from './idl-types.ts';

/** https://wicg.github.io/background-fetch/#enumdef-backgroundfetchresult */
export const backgroundFetchResults = ['', 'success', 'failure'] as const;
/** The result of a background fetch; '' while it is active. */
export type BackgroundFetchResult = (typeof backgroundFetchResults)[number];

/** https://wicg.github.io/background-fetch/#enumdef-backgroundfetchfailurereason */
export const backgroundFetchFailureReasons = [
  '',
  'aborted',
  'bad-status',
  'fetch-error',
  'quota-exceeded',
  'download-total-exceeded',
] as const;
/** The reason for which a background fetch failed; '' where it did not. */
export type BackgroundFetchFailureReason = (typeof backgroundFetchFailureReasons)[number];

/** Identifies one background fetch for ever: ids are reused, keys are not. */
export type FetchKey = string;

/**
 * Identifies one service worker registration: its scope and a generation, because a registration made after
 * `unregister()` has the same scope and must not see what its predecessor left.
 */
export type RegistrationKey = string;

/** The arguments of `fetch()`. They do not change, but for the title and icons, and `pauses`. */
export interface BackgroundFetchDetails {
  readonly schema: number;
  readonly key: FetchKey;
  readonly registration: RegistrationKey;
  readonly id: string;
  /** Position among the fetches of the store, in order of creation. */
  readonly order: number;
  readonly title: string;
  readonly icons: readonly ImageResource[];
  /** bytes; 0 means that none was given */
  readonly downloadTotal: number;
  /** bytes */
  readonly uploadTotal: number;
  readonly recordCount: number;
  /**
   * The number of times that the fetch was paused or resumed, absent for none. Contexts hear of states as they come,
   * and must not take one from before a pause for one from after it.
   */
  readonly pauses?: number | undefined;
}

/** The fetch is among the active background fetches of its registration, where `get()` and `getIds()` find it. */
export interface ActiveState {
  readonly state: 'active' | 'paused';
  /** The first record result, in order of settling, that was not a success; `''` while there is none. */
  readonly failureReason: BackgroundFetchFailureReason;
}

/** Removed from the active background fetches by `abort()`; the engine still has to end it. */
export interface AbortingState {
  readonly state: 'aborting';
}

/** Every record is settled, and the terminal event has not been handled yet. */
export interface EventOwedState {
  readonly state: 'event-owed';
  readonly result: Exclude<BackgroundFetchResult, ''>;
  readonly failureReason: BackgroundFetchFailureReason;
  /** The number of times that the event was dispatched without its handlers having finished. */
  readonly deliveries: number;
  /** The time at which the event was dispatched last, in ms since the epoch; 0 for never. */
  readonly lastDelivery: number;
}

/** The event of the fetch was handled: nobody finds the fetch any more. */
export interface ReleasedState {
  readonly state: 'released';
  /**
   * The time, in ms since the epoch, until which the bytes of a fetch that failed are kept for a later fetch of the
   * same requests. Absent where the failure was the content's fault, or the fetch did not fail: the bytes go once
   * nobody is reading them.
   */
  readonly keptUntil?: number | undefined;
}

/** A background fetch at rest. https://wicg.github.io/background-fetch/#background-fetch-concept */
export type StoredBackgroundFetch = BackgroundFetchDetails &
  (ActiveState | AbortingState | EventOwedState | ReleasedState);

/** A background fetch that is active, or paused. */
export type ActiveBackgroundFetch = BackgroundFetchDetails & ActiveState;
/** A background fetch that failed, and whose bytes are kept for a later one of the same requests. */
export type KeptBackgroundFetch = BackgroundFetchDetails & ReleasedState & { readonly keptUntil: number };

/** Whether it is in its registration's active background fetches. */
export function isActive(fetch: StoredBackgroundFetch): fetch is ActiveBackgroundFetch {
  return fetch.state === 'active' || fetch.state === 'paused';
}

/** Whether it has failed, and a later fetch of the same requests can go on from what it received. */
export function isKept(fetch: StoredBackgroundFetch): fetch is KeptBackgroundFetch {
  return fetch.state === 'released' && fetch.keptUntil !== undefined;
}
