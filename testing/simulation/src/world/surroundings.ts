import type { RegistrationKey } from '@background-fetch/core';
import type { MemoryBus } from '../host/memory-announcements.ts';
import type { SharedConnections } from '../host/memory-connections.ts';
import type { MemoryLocks } from '../host/memory-lock.ts';
import type { SeededRandom } from '../host/seeded-random.ts';
import type { SimulatedClock } from '../host/simulated-clock.ts';
import type { SimulatedConnectivity } from '../network/simulated-connectivity.ts';
import type { SimulatedNetwork } from '../network/simulated-network.ts';
import type { MemoryDisk } from '../store/memory-disk.ts';
import type { Observer } from './observer.ts';
import type { Traits } from './traits.ts';

/** What a page or a worker finds around it: all that outlives it, and who is told what it does. */
export interface Surroundings {
  readonly clock: SimulatedClock;
  readonly connectivity: SimulatedConnectivity;
  readonly locks: MemoryLocks;
  readonly connections: SharedConnections;
  readonly bus: MemoryBus;
  readonly disk: MemoryDisk;
  readonly network: SimulatedNetwork;
  readonly random: SeededRandom;
  readonly traits: Traits;
  /** Registrations whose service worker is unregistered. */
  readonly unregistered: ReadonlySet<RegistrationKey>;

  tell<Name extends keyof Observer>(name: Name, ...args: Parameters<NonNullable<Observer[Name]>>): void;

  /** Tells what a page did to the engines of its registration, soon. */
  wakeEngines(registration: RegistrationKey): void;
}
