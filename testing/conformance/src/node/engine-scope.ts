import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BackgroundFetchEngine } from '../../../../packages/node/src/engine.ts';
import {
  BackgroundFetchEvent,
  BackgroundFetchManager,
  BackgroundFetchRecord,
  BackgroundFetchRegistration,
  BackgroundFetchUpdateUIEvent,
  ExtendableEvent,
} from '../../../../packages/node/src/index.ts';
import { openEngine } from '../../../../packages/node/src/open-background-fetch.ts';
import { NotApplicable } from '../support/host.ts';
import { Reports } from '../support/reports.ts';
import type { EventReport, ScopeOptions, TestScope } from '../support/scope.ts';
import { recordEvents } from '../worker/event-reports.ts';
import type { EventName, BackgroundFetchEvent as WorkerEvent } from '../worker/global.ts';
import { SwitchedConnectivity } from '../worker/switched-connectivity.ts';
import { shortRetries } from '../worker/test-worker.ts';

/** Refuses what a scope of browsers can be asked for, and an engine in Node can't be. */
function requireApplicable({ worker, configure, name }: ScopeOptions): void {
  if (worker === 'forgetful') throw new NotApplicable('in Node nobody can forget to import the engine');
  if (configure?.startPolicy) throw new NotApplicable('start policies are for the users of browsers');
  if (name !== undefined) throw new NotApplicable('in Node a store has no scope, and no second registration');
}

const AsyncFunction = (async () => {}).constructor as new (
  ...source: string[]
) => (...args: unknown[]) => Promise<unknown>;

/**
 * An engine with a store of its own, as the suites see the scope of a service worker. The engine is what the worker's
 * global is in browsers: functions that a test evaluates "in the worker" see its members as their globals.
 */
export class EngineScope implements TestScope {
  readonly registration: ServiceWorkerRegistration;
  readonly scope: string;
  readonly engine: BackgroundFetchEngine;
  readonly lasting: boolean;
  readonly #directory: string;
  readonly #reports = new Reports<EventReport>();
  readonly #given = new Set<EventReport>();
  readonly #commands: ReturnType<typeof recordEvents>;

  static async open(options: ScopeOptions): Promise<EngineScope> {
    requireApplicable(options);
    const directory = await mkdtemp(join(tmpdir(), 'background-fetch-conformance-'));
    const connectivity = new SwitchedConnectivity();
    const { engine: settings, connectivity: kind } = options.configure ?? {};
    const { engine } = await openEngine(
      { directory, baseUrl: location.href },
      {
        engine: { ...settings, retry: { ...shortRetries, ...settings?.retry } },
        ...(kind === 'switched' && { connectivity }),
      },
    );
    return new EngineScope(engine, directory, connectivity, options.lasting ?? false);
  }

  private constructor(
    engine: BackgroundFetchEngine,
    directory: string,
    connectivity: SwitchedConnectivity,
    lasting: boolean,
  ) {
    this.engine = engine;
    this.lasting = lasting;
    this.#directory = directory;
    this.scope = `${location.origin}/conformance/scopes${directory}/`;
    const active = { state: 'activated', scriptURL: location.href };
    this.registration = {
      backgroundFetch: engine.backgroundFetch,
      scope: this.scope,
      active,
    } as unknown as ServiceWorkerRegistration;
    becomeGlobal(engine, this.registration, connectivity);
    const report = ({ report: seen }: { report: EventReport }): void =>
      this.#reports.add(structuredClone(seen));
    this.#commands = recordEvents({ postMessage: report }, engine as never);
  }

  get backgroundFetch(): BackgroundFetchManager {
    return this.engine.backgroundFetch;
  }

  url(path: string): string {
    return new URL(path, this.scope).href;
  }

  async run<T, A extends unknown[]>(body: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    const source = `with (globalThis) { return await (${body.toString()})(...args); }`;
    const evaluate = new AsyncFunction('globalThis', 'self', 'args', source);
    // as a message to a worker would, it takes a turn
    await nextTurn();
    return (await evaluate(this.engine, this.engine, structuredClone(args))) as T;
  }

  async events(): Promise<readonly EventReport[]> {
    return [...this.#reports.all];
  }

  async nextEvent(name: EventName): Promise<EventReport> {
    return await this.#reports.first((reports) => {
      const next = reports.find((one) => one.type === name && !this.#given.has(one));
      if (next) this.#given.add(next);
      return next;
    });
  }

  async holdEvents(name: EventName): Promise<void> {
    this.#commands.hold(name);
  }

  async releaseEvents(): Promise<void> {
    this.#commands.release();
  }

  async handleEvent<A extends unknown[]>(
    name: EventName,
    body: (event: WorkerEvent, ...args: A) => unknown,
    ...args: A
  ): Promise<void> {
    const { engine } = this;
    // what recordEvents() evaluates finds the engine where the worker's global would be
    Object.assign(globalThis, { [`engine of ${this.#directory}`]: engine });
    const source = `(...args) => { const scope = globalThis[${JSON.stringify(`engine of ${this.#directory}`)}];
      return new Function('globalThis', 'args', ${JSON.stringify(`with (globalThis) { return (${body.toString()})(...args); }`)})(scope, args); }`;
    this.#commands.handle(name, source, structuredClone(args));
  }

  async installNextWorker(): Promise<ServiceWorker> {
    throw new NotApplicable('in Node an engine has no versions that wait for each other');
  }

  async unregister(): Promise<boolean> {
    throw new NotApplicable('in Node there is no registration that could be unregistered');
  }

  /** Lets go what is held, and removes the store. */
  async close(): Promise<void> {
    this.#commands.release();
    for (const id of await this.backgroundFetch.getIds()) {
      const registration = id && (await this.backgroundFetch.get(id));
      if (registration) await registration.abort();
    }
    await this.engine.close();
    Reflect.deleteProperty(globalThis, `engine of ${this.#directory}`);
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** What scripts find in a service worker's global. */
function becomeGlobal(
  engine: BackgroundFetchEngine,
  registration: ServiceWorkerRegistration,
  connectivity: SwitchedConnectivity,
): void {
  const interfaces = {
    BackgroundFetchManager,
    BackgroundFetchRecord,
    BackgroundFetchRegistration,
    BackgroundFetchEvent,
    BackgroundFetchUpdateUIEvent,
    ExtendableEvent,
    ServiceWorkerGlobalScope: engine.constructor,
  };
  for (const [name, value] of Object.entries(interfaces)) {
    Object.defineProperty(engine, name, { value, writable: true, configurable: true });
  }
  Object.assign(engine, {
    registration,
    clients: {},
    testWorker: {
      registration,
      listened: [],
      fetched: [],
      setOnline: (online: boolean) => connectivity.setOnline(online),
      async sha256(response: Response) {
        const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
        return Buffer.from(digest).toString('hex');
      },
    },
  });
}
