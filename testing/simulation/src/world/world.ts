import type { EngineStrategies, RegistrationKey } from '@background-fetch/core';
import { MemoryBus } from '../host/memory-announcements.ts';
import { SharedConnections } from '../host/memory-connections.ts';
import { MemoryLocks } from '../host/memory-lock.ts';
import { type SeededRandom, seededRandom } from '../host/seeded-random.ts';
import { SimulatedClock } from '../host/simulated-clock.ts';
import { SimulatedConnectivity } from '../network/simulated-connectivity.ts';
import { SimulatedNetwork, type SimulatedNetworkOptions } from '../network/simulated-network.ts';
import type { SimulatedOutage } from '../network/simulated-origin.ts';
import { MemoryDisk } from '../store/memory-disk.ts';
import type { EngineTraits } from './engine-traits.ts';
import { type Observer, tellAll } from './observer.ts';
import { Page } from './page.ts';
import type { Surroundings } from './surroundings.ts';
import { type Traits, traitsOf } from './traits.ts';
import { Worker } from './worker.ts';

export interface WorldOptions {
  readonly seed?: number | string;
  readonly engine?: EngineTraits;
  readonly strategies?: EngineStrategies;
  readonly network?: Partial<SimulatedNetworkOptions>;
  /** bytes the disk takes; unlimited if not given */
  readonly capacity?: number;
}

/** The whole core on in-memory ports, decided by one seed. What is on the disk outlives each context. */
export class World implements Surroundings {
  readonly clock = new SimulatedClock();
  readonly connectivity = new SimulatedConnectivity();
  readonly locks = new MemoryLocks();
  readonly connections = new SharedConnections();
  readonly bus = new MemoryBus(this.clock);
  readonly disk: MemoryDisk;
  readonly network: SimulatedNetwork;
  readonly random: SeededRandom;
  readonly traits: Traits;
  readonly workers: Worker[] = [];
  readonly pages: Page[] = [];
  readonly observers: Observer[] = [];
  readonly warnings: string[] = [];
  /** Registrations whose service worker is unregistered. */
  readonly unregistered = new Set<RegistrationKey>();

  constructor(options: WorldOptions = {}) {
    this.random = seededRandom(options.seed ?? 1);
    this.traits = traitsOf(options.engine, options.strategies);
    this.disk = new MemoryDisk(options.capacity ?? null);
    const { clock, connectivity } = this;
    const random = this.random.fork('network');
    this.network = new SimulatedNetwork({ clock, random, connectivity, ...options.network });
    this.network.onCut = (exchange) => this.tell('cut', exchange);
    this.network.onSend = (request) => this.tell('sent', request);
    this.network.onReach = (request) => this.tell('reached', request);
    this.network.onFault = (fault, request) => this.tell('faultMet', fault, request);
    this.network.onAnswer = (exchange) => {
      this.tell('answered', exchange);
      return () => this.tell('ended', exchange);
    };
    this.observers.push({ warned: (message) => void this.warnings.push(message) });
  }

  tell<Name extends keyof Observer>(name: Name, ...args: Parameters<NonNullable<Observer[Name]>>): void {
    tellAll(this.observers, name, args);
  }

  /**
   * Starts a worker with its engine. Two at a time compete for the running lock.
   * @param evaluate runs the app's script in it: it adds listeners
   */
  start(
    registration: RegistrationKey = 'g1 https://app.test/',
    evaluate: (worker: Worker) => void = () => {},
  ): Worker {
    const worker = new Worker(this, `worker ${this.workers.length + 1}`, registration);
    this.workers.push(worker);
    this.tell('started', worker);
    evaluate(worker);
    worker.engine.start();
    return worker;
  }

  /**
   * For so long, nobody answers at the origin of this URL; no host notices.
   * @param cuts whether connections that are open break
   * @returns what ends it
   */
  beginOutage(url: string, outage: SimulatedOutage, cuts: boolean): () => void {
    const { origin } = new URL(url);
    const host = this.network.origin(url);
    const wasOut = host.outage !== null;
    host.beginOutage(outage, cuts);
    if (!wasOut) this.tell('outage', origin, true);
    return () => {
      const isOut = host.outage !== null;
      host.endOutage(outage);
      if (isOut && !host.outage) this.tell('outage', origin, false);
    };
  }

  open(registration: RegistrationKey = 'g1 https://app.test/'): Page {
    const page = new Page(this, `page ${this.pages.length + 1}`, registration);
    this.pages.push(page);
    this.tell('started', page);
    return page;
  }

  /** Tells what a page did to the engines of its registration, soon. */
  wakeEngines(registration: RegistrationKey): void {
    this.clock.setTimer(this.bus.latency, () => {
      for (const worker of this.workers) {
        if (worker.alive && worker.registration === registration) worker.engine.look();
      }
    });
  }
}
