import {
  BackgroundFetchManager,
  type BackgroundFetchRegistration,
  type Clock,
  type Connectivity,
  createRealm,
  defineEventHandler,
  defineInterface,
  Engine,
  type EngineStrategies,
  forgetKeptFetch,
  type GivenEngineOptions,
  getInstance,
  internal,
  type Log,
  type Realm,
  type RegistrationHost,
  resumeKeptFetch,
  type StoredBackgroundFetch,
  setPaused,
} from '@background-fetch/core';
import type { EngineStore } from './engine-store.ts';
import { LocalAnnouncements } from './host/announcements.ts';
import { ClientClock } from './host/clock.ts';
import { promisedIntegrity } from './host/digest-fields.ts';
import { EngineEvents, eventNames } from './host/engine-events.ts';
import type { BackgroundFetchEvent, BackgroundFetchUpdateUIEvent } from './host/extendable-event.ts';
import { verify } from './host/integrity.ts';
import { LocalLock } from './host/local-lock.ts';
import { onBeforeExit } from './host/on-before-exit.ts';
import { onCollected } from './host/on-collected.ts';
import { random } from './host/random.ts';
import { createRegistrationHost, registrationKey } from './host/registration-host.ts';
import { Wakefulness } from './host/wakefulness.ts';
import type { NodeNetwork } from './network/create-network.ts';
import { checkQuestion, type Revalidation, revalidate } from './revalidate.ts';
import { findKept, findStored, type KeptState, listStored, type StoredState } from './stored-state.ts';

/** What an engine is made of, and closes with itself. */
export interface EngineParts {
  /** What makes this engine the only one of its store. */
  readonly lock: { release(): void };
  readonly store: EngineStore;
  readonly network: NodeNetwork;
  readonly clock: Clock;
  readonly connectivity: Connectivity;
  readonly baseUrl: string;
  readonly options: GivenEngineOptions;
  readonly strategies: EngineStrategies;
  readonly log: (message: string) => void;
  /** Told what is wrong with answers whose requests did not fail. */
  readonly onFault?: NonNullable<Log['fault']> | undefined;
}

/** The events of an engine. Each holds the records of its background fetch until its `waitUntil()` promises settle. */
export interface BackgroundFetchEngineEventMap {
  readonly backgroundfetchsuccess: BackgroundFetchUpdateUIEvent;
  readonly backgroundfetchfail: BackgroundFetchUpdateUIEvent;
  readonly backgroundfetchabort: BackgroundFetchEvent;
  readonly backgroundfetchclick: BackgroundFetchEvent;
}

type Handler<Name extends keyof BackgroundFetchEngineEventMap> =
  | ((this: BackgroundFetchEngine, event: BackgroundFetchEngineEventMap[Name]) => unknown)
  | null;

type Listener<Name extends keyof BackgroundFetchEngineEventMap> = (
  this: BackgroundFetchEngine,
  event: BackgroundFetchEngineEventMap[Name],
) => unknown;

/**
 * The background fetches of one store, and what performs them; `openBackgroundFetch()` makes it. It takes the place
 * of a service worker: its events are the ones that the specification fires there.
 */
export class BackgroundFetchEngine extends EventTarget {
  declare onbackgroundfetchsuccess: Handler<'backgroundfetchsuccess'>;
  declare onbackgroundfetchfail: Handler<'backgroundfetchfail'>;
  declare onbackgroundfetchabort: Handler<'backgroundfetchabort'>;
  declare onbackgroundfetchclick: Handler<'backgroundfetchclick'>;
  readonly #parts: EngineParts;
  readonly #engine: Engine;
  readonly #events: EngineEvents;
  readonly #clock: ClientClock;
  readonly #manager: BackgroundFetchManager;
  readonly #lock = new LocalLock();
  readonly #forgetExit: () => void;
  readonly #context: { readonly realm: Realm; readonly host: RegistrationHost };
  #closing: Promise<void> | null = null;

  constructor(...args: unknown[]) {
    if (args[0] !== internal) throw new TypeError('Illegal constructor: openBackgroundFetch() makes engines');
    super();
    const parts = args[1] as EngineParts;
    const { store, network, connectivity, baseUrl, options, strategies } = parts;
    this.#parts = parts;
    this.#clock = new ClientClock(parts.clock);
    const announcements = new LocalAnnouncements();
    const lifetime = new Wakefulness();
    announcements.subscribe(({ key, paused }) => lifetime.notePaused(key, paused));
    const realm = createRealm(
      { store, announcements, clock: this.#clock, random, lock: this.#lock, onCollected, promisedIntegrity },
      false,
    );
    // nothing goes on any more, so that nobody is going to read
    this.#forgetExit = onBeforeExit(() => this.#lock.evict());
    const host = createRegistrationHost({
      baseUrl,
      wake: () => this.#engine.look(),
      click: (snapshot) => this.#engine.click(snapshot, snapshot),
      requireOpen: () => this.#requireOpen(),
    });
    this.#context = { realm, host };
    this.#manager = new BackgroundFetchManager(internal, realm, host);
    this.#events = new EngineEvents(this, (snapshot) => getInstance(realm, host, snapshot), lifetime);
    const ports = {
      ...realm.ports,
      store,
      announcements,
      network,
      connectivity,
      lifetime,
      clock: parts.clock,
      events: this.#events,
      display: { update: () => {} },
      log: { warn: parts.log, ...(parts.onFault && { fault: parts.onFault }) },
      ...(store.mend && { mend: (registration: string) => store.mend?.(registration) ?? Promise.resolve() }),
      verifyIntegrity: verify,
    };
    this.#engine = new Engine(ports, registrationKey, options, strategies);
    this.#engine.start();
  }

  /** Starts background fetches, and finds those that are active. */
  get backgroundFetch(): BackgroundFetchManager {
    return this.#manager;
  }

  override addEventListener<Name extends keyof BackgroundFetchEngineEventMap>(
    type: Name,
    listener: Listener<Name>,
    options?: Parameters<EventTarget['addEventListener']>[2],
  ): void;
  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void;
  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    super.addEventListener(...args);
    this.#events.listenerAdded(args[0]);
  }

  override removeEventListener<Name extends keyof BackgroundFetchEngineEventMap>(
    type: Name,
    listener: Listener<Name>,
    options?: Parameters<EventTarget['removeEventListener']>[2],
  ): void;
  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void;
  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    super.removeEventListener(...args);
  }

  /**
   * Pauses the active background fetch of this id: nothing is transferred until `resume()`, after a restart neither,
   * and nothing that was is lost. Resolves when that is on stable storage.
   * Rejects with an InvalidStateError if there is none, or if a request that is not a GET is still under way.
   */
  async pause(id: string): Promise<void> {
    await setPaused(await this.#requireActive(id), true);
  }

  /**
   * Lets a background fetch go on that is paused, or that failed and was kept: from what it has received. Resolves when
   * that is on stable storage. Rejects with an InvalidStateError if there is none of this id.
   */
  async resume(id: string): Promise<void> {
    this.#requireOpen();
    const { realm, host } = this.#context;
    if (await resumeKeptFetch(realm, host, `${id}`)) return;
    await setPaused(await this.#requireActive(id), false);
  }

  /**
   * Forgets what a background fetch of this id that failed has left, so that the next one starts anew. Resolves with
   * whether there was anything.
   */
  async forget(id: string): Promise<boolean> {
    this.#requireOpen();
    const { realm, host } = this.#context;
    return await forgetKeptFetch(realm, host, `${id}`);
  }

  /** The background fetches whose event is still to be handled, as they are stored, in order of creation. */
  async listStored(): Promise<StoredBackgroundFetch[]> {
    this.#requireOpen();
    return await listStored(this.#parts.store);
  }

  /** The background fetch of this id whose event is still to be handled, as it is stored with its records. */
  async findStored(id: string): Promise<StoredState | undefined> {
    this.#requireOpen();
    return await findStored(this.#parts.store, `${id}`);
  }

  /** What the last background fetch of this id that failed has left, from which `resume()` goes on. */
  async findKept(id: string): Promise<KeptState> {
    this.#requireOpen();
    return await findKept(this.#parts.store, `${id}`);
  }

  /**
   * Asks a server whether it still has a version of a resource, by a conditional request that is connected as those of the
   * background fetch of this id. Resolves within 30 s, whatever the server does.
   * @param condition `If-None-Match` or `If-Modified-Since`, and its value: see `conditionOf()`
   * @throws TypeError for a request that is not to be repeated, or another condition; InvalidStateError (DOMException) once the
   * engine is closed
   */
  async revalidate(
    id: string,
    request: Request,
    condition: readonly [name: string, value: string],
  ): Promise<Revalidation> {
    this.#requireOpen();
    checkQuestion(request, condition);
    return await revalidate(this.#parts.network, id, request, condition);
  }

  /**
   * Tells the app that the user activated what shows this background fetch: fires `backgroundfetchclick`, and resolves
   * when it is handled. Nothing happens if there is no such background fetch, or nobody who listens.
   */
  async click(id: string): Promise<void> {
    this.#requireOpen();
    const found = await this.#parts.store.read((transaction) =>
      transaction.findFetches(registrationKey, `${id}`),
    );
    const fetch = found.filter(({ state }) => state !== 'released').at(-1);
    if (fetch) await this.#engine.click(fetch);
  }

  /**
   * Stops cleanly: what was received is on stable storage, connections are closed and the store is free for the next
   * engine, which goes on from there. Events that are being handled are waited for, so their `waitUntil()` must not
   * wait for this; those that nobody listens to stay owed. From the call on, the API rejects with an InvalidStateError.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { network, store, lock } = this.#parts;
    this.#events.close();
    this.#forgetExit();
    // who has something in hand can't read it any more
    this.#lock.evict();
    try {
      await this.#engine.stop();
      await network.close();
    } finally {
      // a store of the app's may throw at once
      const closing = (async () => store.close?.())();
      await closing.finally(() => {
        lock.release();
        this.#clock.close();
      });
    }
  }

  async #requireActive(id: string): Promise<BackgroundFetchRegistration> {
    const registration = await this.#manager.get(id);
    if (!registration) throw notActive(id);
    return registration;
  }

  #requireOpen(): void {
    if (!this.#closing) return;
    throw new DOMException(
      `The engine of ${this.#parts.store.name ?? 'the store'} is closed: open it again with openBackgroundFetch()`,
      'InvalidStateError',
    );
  }
}

defineInterface(BackgroundFetchEngine, 'BackgroundFetchEngine');
for (const name of eventNames) {
  defineEventHandler(BackgroundFetchEngine.prototype, name, (value) =>
    value instanceof BackgroundFetchEngine ? value : null,
  );
}

function notActive(id: string): DOMException {
  return new DOMException(`There is no active background fetch "${id}"`, 'InvalidStateError');
}
