import {
  BackgroundFetchManager,
  BackgroundFetchRecord,
  BackgroundFetchRegistration,
} from '../../../../packages/node/src/index.ts';
import type { Environment } from '../support/environment.ts';
import { NotApplicable } from '../support/host.ts';
import { EngineScope } from './engine-scope.ts';

const scopes = new Set<EngineScope>();

/** The process is the one context there is: what a page does, and what a service worker does. */
export const nodeEnvironment: Environment = {
  async openScope(options) {
    const scope = await EngineScope.open(options);
    scopes.add(scope);
    const close = scope.close.bind(scope);
    scope.close = async () => {
      scopes.delete(scope);
      await close();
    };
    return scope;
  },

  async closeScopes() {
    await Promise.all([...scopes].filter(({ lasting }) => !lasting).map((scope) => scope.close()));
  },

  async openContext(kind) {
    throw new NotApplicable(`in Node a store is used by one process: there is no ${kind}`);
  },
};

/** Gives the process what suites expect of a window, and reasons in the place of what Node does not have. */
export function becomeWindow(): void {
  const interfaces = { BackgroundFetchManager, BackgroundFetchRecord, BackgroundFetchRegistration };
  for (const [name, value] of Object.entries(interfaces)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
  lack('caches', 'Node has no Cache API');
  lack('document', 'Node has no documents');
  const serviceWorker = {
    getRegistration: async (url: string) => [...scopes].find(({ scope }) => scope === url)?.registration,
    register() {
      throw new NotApplicable('Node has no service workers');
    },
  };
  const navigator = { serviceWorker, storage: { estimate() {} } };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  // what the loader adds to the sources of functions
  Object.assign(globalThis, { __name: <T>(named: T): T => named });
}

function lack(name: string, reason: string): void {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get() {
      throw new NotApplicable(reason);
    },
  });
}
