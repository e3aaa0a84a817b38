import { findActiveFetch, listActiveIds } from '../algorithms/find-stored-fetch.ts';
import type { Realm } from '../algorithms/realm.ts';
import { startABackgroundFetch } from '../algorithms/start-a-background-fetch.ts';
import type { RequestInfo } from '../model/idl-types.ts';
import type { RegistrationHost } from '../ports.ts';
import { type BackgroundFetchRegistration, getInstance } from './background-fetch-registration.ts';
import { checkRequests } from './check-requests.ts';
import {
  defineInterface,
  isObject,
  requireArguments,
  requireInternal,
  requireThis,
  toDictionary,
  toDOMString,
  toUIOptions,
  toUnsignedLongLong,
  type UIOptions,
} from './web-idl.ts';

/** The options of `fetch()`. https://wicg.github.io/background-fetch/#dictdef-backgroundfetchoptions */
export interface BackgroundFetchOptions extends UIOptions {
  /** bytes of all responses that the app expects; the fetch fails when more come. 0, the default, where it is not known */
  downloadTotal?: number;
}

/** The state behind a manager. */
interface ManagerState {
  readonly realm: Realm;
  readonly host: RegistrationHost;
}

let stateOf: (manager: BackgroundFetchManager) => ManagerState;

/**
 * Starts and finds the background fetches of a registration.
 * https://wicg.github.io/background-fetch/#background-fetch-manager
 */
export class BackgroundFetchManager {
  readonly #state: ManagerState;

  static {
    stateOf = (manager) => {
      requireThis(#state in Object(manager));
      return manager.#state;
    };
  }

  constructor(...args: unknown[]) {
    requireInternal(args[0]);
    this.#state = { realm: args[1] as Realm, host: args[2] as RegistrationHost };
  }

  /**
   * Starts a background fetch. Resolves when its requests are stored, so that nothing can lose it any more. Without
   * options, it has no title, no icons, and no limit of bytes. Rejects with a TypeError for arguments that can't be
   * fetched, an id that is active, or a worker without an engine; NotAllowedError where the user or a policy refuses;
   * QuotaExceededError where there is no room.
   * https://wicg.github.io/background-fetch/#background-fetch-manager-fetch
   */
  async fetch(
    id: string,
    requests: RequestInfo | Iterable<RequestInfo>,
    ...rest: [options?: BackgroundFetchOptions]
  ): Promise<BackgroundFetchRegistration> {
    const { realm, host } = stateOf(this);
    requireArguments('fetch', arguments.length, 2);
    const convertedId = toDOMString(id);
    const list = toRequestList(requests);
    const dictionary = toDictionary(rest[0]);
    const options = {
      ...toUIOptions(dictionary),
      downloadTotal: toUnsignedLongLong(dictionary.downloadTotal),
    };
    const snapshot = await startABackgroundFetch(
      realm,
      host,
      convertedId,
      () => checkRequests(list, host),
      options,
    );
    const instance = getInstance(realm, host, snapshot);
    host.wake();
    return instance;
  }

  /**
   * Resolves with the active background fetch of this id, undefined if there is none. Rejects with a TypeError for ''.
   * https://wicg.github.io/background-fetch/#background-fetch-manager-get
   */
  async get(id: string): Promise<BackgroundFetchRegistration | undefined> {
    const { realm, host } = stateOf(this);
    requireArguments('get', arguments.length, 1);
    const convertedId = toDOMString(id);
    if (!convertedId) throw new TypeError('get() needs an id, and "" is none');
    const registration = await host.key();
    const snapshot = await findActiveFetch(realm.ports.store, registration, convertedId);
    return snapshot && getInstance(realm, host, snapshot);
  }

  /**
   * Resolves with the ids of the active background fetches, in the order in which they were started.
   * https://wicg.github.io/background-fetch/#background-fetch-manager-get-ids
   */
  async getIds(): Promise<string[]> {
    const { realm, host } = stateOf(this);
    return await listActiveIds(realm.ports.store, await host.key());
  }
}

defineInterface(BackgroundFetchManager, 'BackgroundFetchManager');

/** (RequestInfo or sequence<RequestInfo>): a Request has no iterator, and a string is not an object. */
function toRequestList(requests: RequestInfo | Iterable<RequestInfo>): RequestInfo[] {
  const isSequence = isObject(requests) && Symbol.iterator in requests;
  return isSequence ? [...requests] : [requests as RequestInfo];
}
