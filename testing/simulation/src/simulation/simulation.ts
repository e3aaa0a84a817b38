import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import {
  addUp,
  type BackgroundFetchRegistration,
  type RegistrationKey,
  setPaused,
  snapshotOf,
  takeSnapshot,
} from '@background-fetch/core';
import { ordinaryResource, type SimulatedResource } from '../network/simulated-resource.ts';
import type { Context } from '../world/context.ts';
import type { Page } from '../world/page.ts';
import { quickEngine } from '../world/quick-engine.ts';
import type { Worker } from '../world/worker.ts';
import { World } from '../world/world.ts';
import { type Handling, properHandling } from './handling.ts';
import { Tally } from './tally.ts';

/** A registration object that somebody has. */
export interface Held {
  readonly context: Context;
  readonly registration: BackgroundFetchRegistration;
}

/** A call of the API whose promise has not settled. */
interface Call {
  readonly what: string;
  readonly context: Context;
}

// a fetch of many requests listens to its end as often
setMaxListeners(0);

const app = 'https://app.test/';

/** ms after which it is looked whether a registration has left something */
const purgeInterval = 500;

/** ms after which users resume what is paused */
const resumptions = [0, 5000, 60_000];

/** A world with those who use it: what the happenings of a plan happen to. */
export class Simulation {
  readonly world: World;
  readonly tally = new Tally();
  readonly calls = new Set<Call>();
  readonly #listen: (simulation: Simulation, worker: Worker) => void;
  readonly #resources = new Map<string, SimulatedResource>();
  readonly #handlings: Handling[] = [];
  readonly #held: Held[] = [];
  /** ms since the epoch */
  harmUntil = 0;
  #generation = 1;
  #hanging = false;

  /** @param listen makes the app listen in a worker that starts */
  constructor(seed: number | string, listen: (simulation: Simulation, worker: Worker) => void) {
    this.#listen = listen;
    this.world = new World({ seed, engine: quickEngine });
    this.world.traits.givesBlobs = false;
    this.world.traits.store.blobs = false;
  }

  /** What the registration that exists now is called in the store. */
  get registrationKey(): RegistrationKey {
    return `g${this.#generation} ${app}`;
  }

  /** The youngest worker that lives. */
  get worker(): Worker | undefined {
    return this.world.workers.filter(({ alive }) => alive).at(-1);
  }

  /** Whether there is a fetch whose end has not been handled. */
  get isBusy(): boolean {
    return [...this.world.disk.fetches.values()].some(({ state }) => state !== 'released');
  }

  readonly happened = (what: string): void => this.tally.count(what);

  /** The page at this place among those that live. It is opened if there is none. */
  page(place: number): Page {
    const living = this.world.pages.filter(
      ({ alive, frozen, registration }) => alive && !frozen && registration === this.registrationKey,
    );
    return living[place] ?? this.world.open(this.registrationKey);
  }

  startWorker(): Worker {
    return this.world.start(this.registrationKey, (worker) => this.#listen(this, worker));
  }

  /** What there is once the host's traits are known. */
  ensureStarted(): void {
    if (this.world.workers.length > 0) return;
    this.startWorker();
    this.page(0);
  }

  /** Nothing is left for anybody to do. */
  get isIdle(): boolean {
    const isWaiting = [...this.calls].some(({ context }) => context.alive);
    return !isWaiting && this.world.disk.fetches.size === 0;
  }

  /** Postpones what makes all well: for harm that goes on for some time. */
  readonly harmLasts = (duration: number): void => {
    this.harmUntil = Math.max(this.harmUntil, this.world.clock.now() + duration);
  };

  ensureWorker(): void {
    if (!this.worker) this.startWorker();
  }

  serve(url: string, resource: Partial<SimulatedResource>): void {
    const slow = { size: 0, chunkSize: 150, chunkInterval: 10, versionInterval: 0 };
    this.#resources.set(url, this.world.network.serve(url, { ...slow, ...resource }));
  }

  resource(url: string): SimulatedResource {
    return this.#resources.get(url) ?? ordinaryResource;
  }

  /** What `integrity` says of the version that is served now. */
  integrityOf(url: string, right: boolean): string {
    const bytes = right ? this.world.network.contentOf(url, this.resource(url)) : 'something else';
    return `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
  }

  hold(context: Context, registration: BackgroundFetchRegistration): void {
    this.#held.push({ context, registration });
    this.world.tell('held', registration, context);
  }

  /** Some registration objects of the fetches of this id that living contexts have, the youngest first. */
  someHeld(id: string, count: number): Held[] {
    return this.#held
      .filter(({ context, registration }) => context.alive && !context.frozen && registration.id === id)
      .reverse()
      .slice(0, count);
  }

  get held(): readonly Held[] {
    return this.#held;
  }

  /** Calls the API; what it answers is the caller's business, that it answers is not. */
  async call(what: string, context: Context, work: () => Promise<unknown>): Promise<void> {
    const call = { what, context };
    this.calls.add(call);
    try {
      await work();
    } catch (error) {
      this.world.tell('refused', what, error, context);
    }
    this.calls.delete(call);
  }

  planHandling(handling: Handling): void {
    this.#handlings.push(handling);
  }

  nextHandling(): Handling {
    const handling = this.#handlings.shift() ?? properHandling;
    if (handling.duration === null) this.#hanging = true;
    return handling;
  }

  /** Purges what is stored, as the browser host does, and ends the worker some time after. */
  unregister(delay: number): void {
    const { registrationKey: old, world } = this;
    const page = this.page(0);
    this.happened('unregistered');
    world.unregistered.add(old);
    this.#generation++;
    this.#purge(old);
    world.clock.setTimer(delay, () => {
      for (const worker of world.workers) if (worker.registration === old) worker.kill();
      for (const other of world.pages) if (other !== page && other.registration === old) other.kill();
      this.ensureWorker();
    });
  }

  /** Again and again until nothing is left: it may fail, and a fetch may have been on its way. */
  #purge(old: RegistrationKey): void {
    const { world } = this;
    const page = this.page(0);
    void this.call('purging', page, async () => {
      const purged = await page.store.write(async (transaction) => {
        const fetches = await transaction.listFetches(old);
        for (const { key } of fetches) transaction.deleteFetch(key);
        return fetches;
      });
      for (const fetch of purged)
        page.clientPorts.announcements.publish(takeSnapshot({ ...fetch, state: 'released' }, addUp([])));
      world.wakeEngines(old);
    });
    world.clock.setTimer(purgeInterval, () => {
      if ([...world.disk.fetches.values()].some(({ registration }) => registration === old)) this.#purge(old);
    });
  }

  /** Whether what was stored for it is purged, or about to be. */
  isPurged(registration: RegistrationKey): boolean {
    return this.world.unregistered.has(registration);
  }

  /** From now on, nobody and nothing does any harm. */
  becomeFair(): void {
    const { world } = this;
    this.#handlings.length = 0;
    world.network.becomeFair();
    world.connectivity.setOnline(true);
    world.disk.capacity = null;
    for (const page of world.pages) if (page.alive) page.thaw();
    for (const { store } of [...world.workers, ...world.pages]) {
      store.failWrites(null);
      store.beforeCommit = store.afterCommit = () => {};
    }
    for (const worker of world.workers) if (this.#hanging) worker.kill();
    this.ensureWorker();
    // a pause may have been on its way
    for (const delay of resumptions) world.clock.setTimer(delay, () => this.#resumeAll());
  }

  #resumeAll(): void {
    const page = this.page(0);
    void this.call('resuming all', page, async () => {
      for (const id of await page.backgroundFetch.getIds()) {
        const registration = await page.backgroundFetch.get(id);
        if (!registration) continue;
        this.hold(page, registration);
        if (snapshotOf(registration).paused) await setPaused(registration, false);
      }
    });
  }
}
