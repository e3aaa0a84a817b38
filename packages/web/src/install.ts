import {
  BackgroundFetchManager,
  BackgroundFetchRecord,
  BackgroundFetchRegistration,
  internal,
  type RegistrationHost,
} from '@background-fetch/core';
import { getContext } from './shared/context.ts';
import { PatchRegistry } from './shared/patch-registry.ts';
import { makeFormsReadable } from './shared/readable-forms.ts';
import { type StartPolicy, setStartPolicy } from './shared/start-policy.ts';
import { unregister as unregisterAtOnce } from './shared/unregister.ts';

/** The options of `install()`. */
export interface InstallOptions {
  /** `prefer` (the default) leaves a native Background Fetch alone; `replace` takes its place. */
  readonly native?: 'prefer' | 'replace';
  /** Decides for each fetch whether it starts at once, starts paused, or is refused. Default: each starts. */
  readonly startPolicy?: StartPolicy;
}

/** Whether this context has the browser's own Background Fetch. */
export function hasNative(): boolean {
  return 'BackgroundFetchManager' in globalThis && !Object.hasOwn(globalThis, mark);
}

/**
 * Whether there is something to install it in: no browser renders a page on a server, insecure pages have no service
 * workers, and neither has what stands for a browser in tests. There, `'BackgroundFetchManager' in self` is to be
 * false, as it is where the API is the browser's own. Workers may have the interfaces without a way to a
 * registration.
 */
function hasServiceWorkers(): boolean {
  const { document, isSecureContext, ServiceWorkerRegistration } = globalThis;
  return !!isSecureContext && !!ServiceWorkerRegistration && (!document || 'serviceWorker' in navigator);
}

const mark = Symbol.for('background-fetch.installed');
const managers = new WeakMap<ServiceWorkerRegistration, globalThis.BackgroundFetchManager>();

/** The manager of a registration: one for each. */
export function managerOf(
  registration: ServiceWorkerRegistration,
  createHost: (registration: ServiceWorkerRegistration) => RegistrationHost,
): globalThis.BackgroundFetchManager {
  let manager = managers.get(registration);
  if (!manager) {
    manager = new BackgroundFetchManager(internal, getContext().realm, createHost(registration));
    managers.set(registration, manager);
  }
  return manager;
}

/** Patches what windows, workers and service workers have in common. Returns a function that takes it all back. */
export function installInterfaces(
  options: InstallOptions,
  createHost: (registration: ServiceWorkerRegistration) => RegistrationHost,
  more: (patches: PatchRegistry) => void,
): () => void {
  if (!hasServiceWorkers() || (options.native !== 'replace' && hasNative())) return () => {};
  const patches = new PatchRegistry();
  patches.add(setStartPolicy(options.startPolicy ?? null));
  const isInstalled = Object.hasOwn(globalThis, mark);
  patches.define(globalThis, mark, { value: true });
  for (const Interface of [BackgroundFetchManager, BackgroundFetchRecord, BackgroundFetchRegistration]) {
    patches.define(globalThis, Interface.name, { value: Interface, writable: true });
  }
  const { prototype } = ServiceWorkerRegistration;
  patches.defineAll(prototype, {
    get backgroundFetch(): globalThis.BackgroundFetchManager {
      if (!(this instanceof ServiceWorkerRegistration)) throw new TypeError('Illegal invocation');
      return managerOf(this, createHost);
    },
  });
  // a page that is left has time for one of us: not for another copy or call that waits for the first
  if (!isInstalled) {
    patches.wrap(
      prototype,
      'unregister',
      (unregister) =>
        async function (this: ServiceWorkerRegistration) {
          return await unregisterAtOnce(this.scope, () => unregister.call(this));
        },
    );
  }
  makeFormsReadable(patches);
  answerPermissionQuery(patches);
  more(patches);
  return () => patches.revert();
}

/** Answers a query for the permission "background-fetch" where the browser does not know it: there is nothing to deny. */
function answerPermissionQuery(patches: PatchRegistry): void {
  const prototype = globalThis.Permissions?.prototype;
  if (!prototype) return;
  patches.wrap(
    prototype,
    'query',
    (query) =>
      async function (this: Permissions, descriptor: { name: string }) {
        try {
          return await query.call(this, descriptor as { name: 'background-fetch' });
        } catch (error) {
          if (`${descriptor?.name}` !== 'background-fetch') throw error;
          const status = Object.assign(new EventTarget(), {
            name: 'background-fetch',
            state: 'granted',
            onchange: null,
          });
          return status as unknown as PermissionStatus;
        }
      },
  );
}
