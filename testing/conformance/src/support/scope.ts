import type { EventReport } from '../worker/event-reports.ts';
import type { BackgroundFetchEvent, EventName } from '../worker/global.ts';
import type { WorkerScriptOptions } from '../worker/options.ts';
import type { WorkerCommand } from '../worker/test-worker.ts';
import { Caller } from './calls.ts';
import { getEnvironment } from './environment.ts';
import { host } from './host.ts';
import type { ScopeOptions, TestScope } from './test-scope.ts';

export type { EventReport } from '../worker/event-reports.ts';
export type { ScopeOptions, TestScope } from './test-scope.ts';

const open = new Set<OpenScope>();
const lasting = new Set<OpenScope>();
const run = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
let opened = 0;

/** Registers a service worker for a scope of its own and waits until it is active. */
export async function openScope(options: ScopeOptions = {}): Promise<TestScope> {
  const environment = getEnvironment();
  if (environment) return await environment.openScope(options);
  const name = options.name ?? `${run}-${++opened}`;
  const path = `/conformance/scopes/${name}/`;
  const channel = `conformance ${name} ${++opened}`;
  const registration = await register(path, channel, options);
  const scope = new OpenScope(registration, channel, options);
  (options.lasting ? lasting : open).add(scope);
  await scope.activated();
  return scope;
}

/** Notes what was begun before a test, so that `closeScopes()` ends only what the test itself began. */
export async function noteFetches(): Promise<void> {
  if (host.native) await Promise.all([...lasting].map((scope) => scope.noteFetches()));
}

/** Closes the scopes of a test that has ended, and deletes what it left in caches. */
export async function closeScopes(): Promise<void> {
  const environment = getEnvironment();
  if (environment) return await environment.closeScopes();
  const closing = [...open];
  open.clear();
  await Promise.all(closing.map((scope) => scope.close()));
  if (host.native) await Promise.all([...lasting].map((scope) => scope.abortFetches()));
  // An insecure or ephemeral context may have no caches.
  for (const name of (await globalThis.caches?.keys()) ?? []) await caches.delete(name);
}

function register(scope: string, channel: string, options: ScopeOptions): Promise<ServiceWorkerRegistration> {
  const { worker = 'classic', integrity = false, policy, configure = {} } = options;
  const query = JSON.stringify({
    worker,
    integrity,
    configure,
    channel,
    native: host.native,
  } satisfies WorkerScriptOptions);
  const flavour =
    worker === 'module'
      ? host.native
        ? 'module-native'
        : integrity
          ? 'module-integrity'
          : 'module'
      : 'classic';
  const folder = policy === undefined ? '' : 'bound/';
  const parameters = new URLSearchParams({ options: query, ...(policy !== undefined && { policy }) });
  const script = `/conformance/${folder}worker-${flavour}.js?${parameters}`;
  return navigator.serviceWorker.register(script, {
    scope,
    type: worker === 'module' ? 'module' : 'classic',
    updateViaCache: 'none',
  });
}

class OpenScope implements TestScope {
  readonly registration: ServiceWorkerRegistration;
  readonly #channel: string;
  readonly #options: ScopeOptions;
  readonly #caller: Caller<EventReport>;
  readonly #given = new Set<EventReport>();
  readonly #noted = new Set<string>();
  #unregistered = false;

  constructor(registration: ServiceWorkerRegistration, channel: string, options: ScopeOptions) {
    this.registration = registration;
    this.#channel = channel;
    this.#options = options;
    this.#caller = new Caller(channel, (call) => this.#command({ type: 'call', call }));
  }

  get backgroundFetch(): BackgroundFetchManager {
    return this.registration.backgroundFetch;
  }

  get scope(): string {
    return this.registration.scope;
  }

  url(path: string): string {
    return new URL(path, this.scope).href;
  }

  async activated(): Promise<void> {
    const { installing, waiting, active } = this.registration;
    const worker = installing ?? waiting ?? active;
    if (worker) await reaches(worker, 'activated');
  }

  run<T, A extends unknown[]>(body: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    return this.#caller.run(body, ...args);
  }

  async events(): Promise<readonly EventReport[]> {
    // What was reported before the answer to this has come before it.
    await this.run(() => {});
    return [...this.#caller.reports];
  }

  async nextEvent(name: EventName): Promise<EventReport> {
    const report = await this.#caller.reported((reports) => {
      const next = reports.find((one) => one.type === name && !this.#given.has(one));
      if (next) this.#given.add(next);
      return next;
    });
    return report;
  }

  async holdEvents(name: EventName): Promise<void> {
    this.#command({ type: 'hold', name });
    await this.run(() => {});
  }

  async releaseEvents(): Promise<void> {
    this.#command({ type: 'release' });
    await this.run(() => {});
  }

  async handleEvent<A extends unknown[]>(
    name: EventName,
    body: (event: BackgroundFetchEvent, ...args: A) => unknown,
    ...args: A
  ): Promise<void> {
    this.#command({ type: 'handle', name, source: body.toString(), args });
    await this.run(() => {});
  }

  async installNextWorker(options: ScopeOptions = this.#options): Promise<ServiceWorker> {
    const { pathname } = new URL(this.scope);
    const { installing, waiting } = await register(pathname, this.#channel, options);
    const next = installing ?? waiting;
    if (!next) throw new Error(`${this.scope} has the same script: give options that differ`);
    await reaches(next, 'installed');
    return next;
  }

  async unregister(): Promise<boolean> {
    this.#unregistered = true;
    return await this.registration.unregister();
  }

  async noteFetches(): Promise<void> {
    for (const id of await this.backgroundFetch.getIds()) this.#noted.add(id);
  }

  /**
   * Aborts what is active, except what was noted. The browser's own background fetches outlive their registration,
   * and it allows an origin only a few at a time.
   */
  async abortFetches(): Promise<void> {
    for (const id of await this.backgroundFetch.getIds()) {
      if (this.#noted.has(id)) continue;
      // fetch() takes some ids that get() refuses.
      const registration = await this.backgroundFetch.get(id).catch(() => undefined);
      await registration?.abort();
    }
  }

  async close(): Promise<void> {
    open.delete(this);
    lasting.delete(this);
    this.#noted.clear();
    if (host.native && !this.#unregistered) await this.abortFetches();
    if (!this.#unregistered) await this.unregister();
    this.#caller.close();
  }

  #command(command: WorkerCommand): void {
    const worker = this.registration.active;
    if (!worker) throw new Error(`${this.scope} has no active service worker to ask`);
    worker.postMessage(command);
  }
}

const states: readonly ServiceWorkerState[] = ['installing', 'installed', 'activating', 'activated'];

/** Resolves when a worker has come as far as this state; rejects when it is thrown away before. */
export function reaches(worker: ServiceWorker, wanted: ServiceWorkerState): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const isThere = states.indexOf(worker.state) >= states.indexOf(wanted);
      if (!isThere && worker.state !== 'redundant') return;
      worker.removeEventListener('statechange', check);
      if (isThere) resolve();
      else
        reject(
          new Error(`${worker.scriptURL} became redundant before it was ${wanted}: does its script throw?`),
        );
    };
    worker.addEventListener('statechange', check);
    check();
  });
}
