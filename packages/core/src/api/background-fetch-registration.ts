import { abortABackgroundFetch } from '../algorithms/abort-a-background-fetch.ts';
import { getABackgroundFetchRegistrationInstance } from '../algorithms/get-a-background-fetch-registration-instance.ts';
import { matchRecords } from '../algorithms/match-records.ts';
import type { Instance, Realm } from '../algorithms/realm.ts';
import { setThePausedFlag } from '../algorithms/set-the-paused-flag.ts';
import type { BackgroundFetchFailureReason, BackgroundFetchResult } from '../model/background-fetch.ts';
import type { CacheQueryOptions, RequestInfo } from '../model/idl-types.ts';
import type { BackgroundFetchSnapshot } from '../model/snapshot.ts';
import type { RegistrationHost } from '../ports.ts';
import { BackgroundFetchRecord } from './background-fetch-record.ts';
import { toRequest } from './to-request.ts';
import {
  defineEventHandler,
  defineInterface,
  defineMembers,
  internal,
  requireArguments,
  requireInternal,
  requireThis,
  toDictionary,
} from './web-idl.ts';

/** The state behind a registration object. */
interface RegistrationState extends Instance {
  readonly realm: Realm;
  readonly host: RegistrationHost;
  snapshot: BackgroundFetchSnapshot;
  /**
   * The target at which `change` is fired when the fetch is paused or resumed: the registration object has no such
   * event.
   */
  readonly pausing: EventTarget;
}

/** Gives the state behind a registration object; throws a TypeError for anything else. */
export let stateOf: (registration: BackgroundFetchRegistration) => RegistrationState;
/** Whether a value is a registration object: one that was made here, not one that only inherits. */
export let isRegistration: (value: unknown) => value is BackgroundFetchRegistration;

/**
 * A background fetch, as the app sees it.
 * https://wicg.github.io/background-fetch/#background-fetch-registration
 */
export class BackgroundFetchRegistration extends EventTarget {
  readonly #state: RegistrationState;
  /** The id that was given to `fetch()`. https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-id */
  declare readonly id: string;
  /**
   * The bytes of all request bodies.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-uploadtotal
   */
  declare readonly uploadTotal: number;
  /**
   * The bytes of request bodies that were sent.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-uploaded
   */
  declare readonly uploaded: number;
  /**
   * The bytes that the app expects, 0 by default.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-downloadtotal
   */
  declare readonly downloadTotal: number;
  /**
   * The bytes of response bodies that are stored.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-downloaded
   */
  declare readonly downloaded: number;
  /**
   * `success` or `failure`, '' while the fetch is active.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-result
   */
  declare readonly result: BackgroundFetchResult;
  /**
   * Why the fetch failed, '' if it did not.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-failurereason
   */
  declare readonly failureReason: BackgroundFetchFailureReason;
  /**
   * Whether `match()` and `matchAll()` can be used: from the start until the event at the end was handled.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-recordsavailable
   */
  declare readonly recordsAvailable: boolean;
  /**
   * The handler of `progress` events, null by default: one is fired when `uploaded`, `downloaded`, `result` or
   * `failureReason` has changed. https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-onprogress
   */
  declare onprogress: ((event: Event) => unknown) | null;

  static {
    isRegistration = (value): value is BackgroundFetchRegistration => #state in Object(value);
    stateOf = (registration) => {
      requireThis(isRegistration(registration));
      return registration.#state;
    };
  }

  constructor(...args: unknown[]) {
    requireInternal(args[0]);
    super();
    this.#state = args[1] as RegistrationState;
  }

  /**
   * Aborts the background fetch. Resolves, when that is stored, with true if this call aborted it, with false if it had
   * ended or was aborted before. Rejects with a StoreError if the store fails.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-abort
   */
  async abort(): Promise<boolean> {
    const { realm, host, snapshot } = stateOf(this);
    const aborted = await abortABackgroundFetch(realm.ports.store, snapshot);
    // the engine is told after the promise has been resolved
    if (aborted) queueMicrotask(() => host.wake());
    return aborted;
  }

  /**
   * Resolves with the first record that matches, in the order given to `fetch()`, with undefined if none does. The options
   * are those of a cache, each false by default: `ignoreSearch` compares URLs without their queries, `ignoreMethod` lets a
   * request that is no GET match, `ignoreVary` pays no attention to `Vary`. Rejects with an InvalidStateError
   * (DOMException) if the records are not available any more, with a TypeError for a request that can't be.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-match
   */
  async match(
    request: RequestInfo,
    ...rest: [options?: CacheQueryOptions]
  ): Promise<BackgroundFetchRecord | undefined> {
    const state = stateOf(this);
    requireArguments('match', arguments.length, 1);
    return (await findRecords(state, request, rest[0], true))[0];
  }

  /**
   * Resolves with the records that match, all of them without a request, in the order given to `fetch()`. Options and
   * errors are those of `match()`.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-matchall
   */
  async matchAll(
    ...args: [request?: RequestInfo, options?: CacheQueryOptions]
  ): Promise<readonly BackgroundFetchRecord[]> {
    return await findRecords(stateOf(this), args[0], args[1], false);
  }
}

/** A progress event is fired when one of these members changes. */
const reported = ['uploaded', 'downloaded', 'result', 'failureReason'] as const;

for (const name of [...reported, 'id', 'uploadTotal', 'downloadTotal', 'recordsAvailable'] as const) {
  defineMembers(BackgroundFetchRegistration.prototype, {
    get [name](): unknown {
      return snapshotOf(this as unknown as BackgroundFetchRegistration)[name];
    },
  });
}
defineInterface(BackgroundFetchRegistration, 'BackgroundFetchRegistration');
defineEventHandler(BackgroundFetchRegistration.prototype, 'progress', (value) =>
  isRegistration(value) ? value : null,
);

async function findRecords(
  { realm, host, snapshot }: RegistrationState,
  request: RequestInfo | undefined,
  options: unknown,
  onlyFirst: boolean,
): Promise<BackgroundFetchRecord[]> {
  const query = request === undefined ? null : toRequest(request, host);
  const { ignoreMethod, ignoreSearch, ignoreVary } = toDictionary(options);
  const asked = { request: query, onlyFirst, ignoreMethod, ignoreSearch, ignoreVary };
  const objects = await matchRecords(realm, snapshot, asked);
  return objects.map((object) => new BackgroundFetchRecord(internal, object));
}

/** The instance for a background fetch in a realm. */
export function getInstance(
  realm: Realm,
  host: RegistrationHost,
  snapshot: BackgroundFetchSnapshot,
): BackgroundFetchRegistration {
  const live = getABackgroundFetchRegistrationInstance(
    realm,
    snapshot,
    (first) => new LiveState(realm, host, first),
  );
  return live.registration;
}

class LiveState implements RegistrationState {
  readonly registration: BackgroundFetchRegistration;
  readonly pausing = new EventTarget();

  constructor(
    readonly realm: Realm,
    readonly host: RegistrationHost,
    public snapshot: BackgroundFetchSnapshot,
  ) {
    this.registration = new BackgroundFetchRegistration(internal, this);
  }

  /** https://wicg.github.io/background-fetch/#update-background-fetch-instance-algorithm, 6.3. to 6.10. */
  applyUpdate(next: BackgroundFetchSnapshot): void {
    const last = this.snapshot;
    const { paused, pauses } = last;
    // the snapshot is from before a pause or resumption that this context has heard of
    const current = (next.pauses ?? 0) < (pauses ?? 0) ? { ...next, paused, pauses } : next;
    // 6.4. Nothing is reported after the background fetch has settled.
    const shown = last.result === '' ? current : last;
    this.snapshot = { ...shown, recordsAvailable: last.recordsAvailable && next.recordsAvailable };
    if (shown.paused !== paused) this.pausing.dispatchEvent(new Event('change'));
    if (reported.some((member) => last[member] !== shown[member])) {
      this.registration.dispatchEvent(new Event('progress'));
    }
  }
}

/** The state of the background fetch that a registration object stands for; throws a TypeError for anything else. */
export function snapshotOf(registration: BackgroundFetchRegistration): BackgroundFetchSnapshot {
  return stateOf(registration).snapshot;
}

/** Pauses or resumes, and shows it at once to whoever holds the registration object. */
export async function setPaused(registration: BackgroundFetchRegistration, paused: boolean): Promise<void> {
  const state = stateOf(registration);
  const { realm, host, snapshot } = state;
  const pauses = await setThePausedFlag(realm.ports.store, snapshot, paused);
  // the engine tells the other contexts; what this one has heard of meanwhile may be newer
  if (pauses >= (state.snapshot.pauses ?? 0)) state.applyUpdate({ ...state.snapshot, paused, pauses });
  host.wake();
}
