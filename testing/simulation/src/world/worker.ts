import { createHash } from 'node:crypto';
import {
  type BackgroundFetchEventName,
  type BackgroundFetchSnapshot,
  Engine,
  type EnginePorts,
  type Events,
  type Network,
  type RegistrationKey,
  type StoredRequest,
  verifyIntegrity,
} from '@background-fetch/core';
import { RecordingEvents } from '../host/recording-events.ts';
import { Context } from './context.ts';
import type { Surroundings } from './surroundings.ts';

/** A service worker, or what stands in its place: it runs the engine, and its listeners get the events. */
export class Worker extends Context {
  readonly events = new RecordingEvents();
  readonly engine: Engine;
  #retiring = false;

  constructor(world: Surroundings, name: string, registration: RegistrationKey) {
    super(world, name, registration, world.traits.givesBlobs);
    this.engine = new Engine(this.#ports(), registration, world.traits.engine, world.traits.strategies);
  }

  override get retiring(): boolean {
    return this.#retiring;
  }

  /** Resolves when its engine has let go. */
  async retire(): Promise<void> {
    this.#retiring = true;
    await this.engine.stop();
  }

  #ports(): EnginePorts {
    const { world } = this;
    const connections = world.connections.connect();
    this.life.addEventListener('abort', () => connections.crash());
    return {
      ...this.clientPorts,
      ...(world.traits.sharesConnections && { connections }),
      network: this.#network(),
      events: this.#events(),
      connectivity: world.connectivity,
      lifetime: { keepAwake: () => {} },
      display: { update: () => {} },
      log: { warn: (message) => this.alive && world.tell('warned', message, this) },
      verifyIntegrity: (integrity, body) =>
        verifyIntegrity(async (algorithm) => createHash(algorithm), integrity, body),
    };
  }

  #network(): Network {
    const { network } = this.world;
    return {
      fetch: async (request) => {
        if (!this.alive) return await this.never;
        this.world.tell('asked', request, this);
        try {
          const response = await this.whileAlive(network.fetch(request, this.life));
          if (!response.body) this.world.tell('concluded', request, this);
          return response;
        } catch (error) {
          this.world.tell('concluded', request, this);
          throw error;
        }
      },
      sendsIfRange: (url) => network.sendsIfRange(url),
      // whoever looks at them still would store or give out other bytes
      release: (parts) => {
        for (const part of parts) part.fill(0xee);
      },
      // a host that knows what happened to a request needs no look before
      ...(network.probing === 'by a request' && {
        reach: async (request: StoredRequest, signal: AbortSignal) =>
          await this.whileAlive(network.reach(request, signal)),
      }),
      probe: async (...args) => {
        const found = await this.whileAlive(network.probe(...args));
        this.world.tell('probed', args[0], found, this);
        return found;
      },
    };
  }

  #events(): Events {
    const { listensAfter } = this.world.traits;
    const listening = listensAfter > 0 ? this.world.clock.wait(listensAfter) : null;
    return {
      dispatch: (name, snapshot) => this.#dispatch(name, snapshot),
      ...(listening && { listened: () => this.whileAlive(listening) }),
    };
  }

  async #dispatch(name: BackgroundFetchEventName, snapshot: BackgroundFetchSnapshot): Promise<void> {
    if (!this.alive) return await this.never;
    this.world.tell('dispatching', name, snapshot, this);
    await this.whileAlive(this.events.dispatch(name, snapshot));
    this.world.tell('handled', name, snapshot, this);
  }

  protected override wake(): void {
    this.engine.look();
    // another one may hold the lock
    this.world.wakeEngines(this.registration);
  }
}
