import {
  type BackgroundFetchManager,
  createRealm,
  Engine,
  type EngineHost,
  type EngineOptions,
  internal,
  BackgroundFetchManager as Manager,
} from '@background-fetch/core';
import { MemoryBus } from '../host/memory-announcements.ts';
import { MemoryLock, MemoryLocks } from '../host/memory-lock.ts';
import { RecordingEvents } from '../host/recording-events.ts';
import { type SeededRandom, seededRandom } from '../host/seeded-random.ts';
import { SimulatedClock } from '../host/simulated-clock.ts';
import { SimulatedConnectivity } from '../network/simulated-connectivity.ts';
import { SimulatedNetwork, type SimulatedNetworkOptions } from '../network/simulated-network.ts';
import { MemoryDisk } from '../store/memory-disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { Trace, tracePorts } from './trace.ts';

export interface WorldOptions {
  readonly seed?: number | string;
  readonly engine?: Partial<EngineOptions>;
  readonly network?: Partial<SimulatedNetworkOptions>;
  /** bytes the disk takes; unlimited if not given */
  readonly capacity?: number;
}

/** One life of a host: an engine, and a page that uses its API. */
export interface Life {
  readonly backgroundFetch: BackgroundFetchManager;
  readonly events: RecordingEvents;
  readonly engine: Engine;
  readonly store: MemoryStore;
  /** Ends it as SIGKILL does. */
  kill(): void;
}

/** Small bodies, so that a simulated transfer has several checkpoints and ranges. */
const smallOptions: Partial<EngineOptions> = {
  smallestCheckpoint: 8 * 1024,
  checkpointSize: 16 * 1024,
  checkpointInterval: 1000,
  firstCheckpointInterval: 250,
  pieceSize: 64 * 1024,
};

/** The whole core on in-memory ports, decided by one seed. What is on the disk outlives each life. */
export class World {
  readonly clock = new SimulatedClock();
  readonly trace = new Trace(this.clock);
  readonly connectivity = new SimulatedConnectivity();
  readonly disk: MemoryDisk;
  readonly network: SimulatedNetwork;
  readonly warnings: string[] = [];
  readonly #random: SeededRandom;
  readonly #locks = new MemoryLocks();
  readonly #options: WorldOptions;
  readonly #bus = new MemoryBus(this.clock);
  #lives = 0;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.#random = seededRandom(options.seed ?? 1);
    this.disk = new MemoryDisk(options.capacity ?? null);
    const { clock, connectivity } = this;
    const random = this.#random.fork('network');
    this.network = new SimulatedNetwork({ clock, random, connectivity, ...options.network });
  }

  /** Starts a host. Two at a time compete for the running lock. */
  start(registration = 'g1 https://app.test/'): Life {
    const name = `life ${++this.#lives}`;
    const { clock, connectivity, network } = this;
    const random = this.#random.fork(name);
    const store = new MemoryStore({ disk: this.disk, clock, commitDelay: 5 });
    const lock = new MemoryLock(this.#locks);
    const announcements = this.#bus.connect();
    const events = new RecordingEvents();
    const ports = tracePorts(this.trace, {
      ...{ store, announcements, clock, random, network, connectivity, lock, events },
      lifetime: { keepAwake: () => {} },
      display: { update: () => {} },
      log: { warn: (message: string) => void this.warnings.push(message) },
    });
    const engine = new Engine(ports, registration, { ...smallOptions, ...this.#options.engine });
    const host: EngineHost = {
      hasActiveWorker: () => true,
      key: async () => registration,
      requireEngine: async () => ({ integrity: false }),
      wake: () => engine.look(),
      startPolicy: async () => 'start',
      refusal: () => null,
      clientUrl: 'https://app.test/page',
    };
    engine.start();
    const kill = (): void => {
      this.trace.record(`${name} killed`);
      store.crash();
      lock.crash();
      announcements.close();
    };
    return {
      backgroundFetch: new Manager(internal, createRealm(ports, true), host),
      events,
      engine,
      store,
      kill,
    };
  }
}
