import {
  type Announcements,
  BackgroundFetchManager,
  type ClientPorts,
  createRealm,
  internal,
  type Realm,
  type RegistrationHost,
  type RegistrationKey,
} from '@background-fetch/core';
import type { MemoryAnnouncements } from '../host/memory-announcements.ts';
import { MemoryLock } from '../host/memory-lock.ts';
import type { SeededRandom } from '../host/seeded-random.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { Actor } from './actor.ts';
import { MortalClock } from './mortal-clock.ts';
import type { Surroundings } from './surroundings.ts';

const never = new Promise<never>(() => {});

/** A page or a worker: it has its own way to everything that outlives it, and its promises end with it. */
export abstract class Context implements Actor {
  readonly name: string;
  readonly registration: RegistrationKey;
  readonly world: Surroundings;
  readonly store: MemoryStore;
  readonly lock: MemoryLock;
  readonly announcements: MemoryAnnouncements;
  readonly clock: MortalClock;
  readonly random: SeededRandom;
  readonly #realm: Realm;
  readonly #manager: BackgroundFetchManager;
  readonly #life = new AbortController();
  #alive = true;

  constructor(world: Surroundings, name: string, registration: RegistrationKey, givesBlobs: boolean) {
    this.world = world;
    this.name = name;
    this.registration = registration;
    this.store = new MemoryStore({
      disk: world.disk,
      clock: world.clock,
      ...world.traits.store,
      onCommit: (commit) => world.tell('committed', commit, this),
      onFailure: (failure) => world.tell('writeFailed', failure, this),
    });
    this.lock = new MemoryLock(world.locks);
    this.announcements = world.bus.connect();
    this.clock = new MortalClock(world.clock, () => world.traits.clockError);
    this.random = world.random.fork(name);
    this.#realm = createRealm(this.clientPorts, givesBlobs);
    this.#manager = new BackgroundFetchManager(internal, this.#realm, this.host);
  }

  /** Aborted when it dies. */
  get life(): AbortSignal {
    return this.#life.signal;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Whether nothing of it runs for now. */
  get frozen(): boolean {
    return false;
  }

  /** Whether its engine was asked to let go. */
  get retiring(): boolean {
    return false;
  }

  get backgroundFetch(): BackgroundFetchManager {
    return this.#manager;
  }

  get realm(): Realm {
    return this.#realm;
  }

  get clientPorts(): ClientPorts & { store: MemoryStore; announcements: Announcements } {
    const { store, clock, random, lock, announcements } = this;
    const { onCollected } = this.world.traits;
    return {
      store,
      clock,
      random,
      lock,
      ...(onCollected && { onCollected }),
      announcements: {
        publish: (snapshot) => {
          if (this.#alive) this.world.tell('announced', snapshot, this);
          announcements.publish(snapshot);
        },
        publishAndWait: (snapshot) => {
          if (this.#alive) this.world.tell('announced', snapshot, this);
          return this.whileAlive(announcements.publishAndWait(snapshot));
        },
        follow: (key) => announcements.follow(key),
        subscribe: (listener) => announcements.subscribe(listener),
        want: (wanted) => announcements.want(wanted),
        onWanted: (listener) => announcements.onWanted(listener),
      },
    };
  }

  get host(): RegistrationHost {
    return {
      hasActiveWorker: () => !this.world.unregistered.has(this.registration),
      key: async () => this.registration,
      requireEngine: async () => ({ integrity: true }),
      wake: () => this.wake(),
      click: async () => {},
      startPolicy: async () => 'start',
      refusal: () => null,
      clientUrl: 'https://app.test/page',
    };
  }

  /** Tells the engine to look at the store. */
  protected abstract wake(): void;

  /** What `promise` gives, or nothing at all once the context is dead. */
  whileAlive<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.#alive && resolve(value),
        (error) => this.#alive && reject(error),
      );
    });
  }

  /** For what a dead context waits for. */
  get never(): Promise<never> {
    return never;
  }

  /**
   * Ends it as SIGKILL does.
   * @param torn whether bytes that were being written are left behind in part
   */
  kill(torn = false): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.world.tell('killed', this);
    this.store.crash(torn);
    this.lock.crash();
    this.#life.abort();
    this.clock.stop();
    this.announcements.close();
  }
}
