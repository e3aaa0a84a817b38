import { dispatchInWorker } from '../../../packages/web/src/service-worker/events.ts';
import { scope } from '../../../packages/web/src/service-worker/scope.ts';
import { extendableEventContract } from './extendable-event-contract.ts';
import type { TestFramework } from './framework.ts';

/** Registers the contracts of what only a service worker has. */
export function serviceWorkerContracts(framework: TestFramework): void {
  const create = (type: string): Event => new scope.ExtendableEvent(type);
  extendableEventContract('of a service worker', { create, dispatch: dispatchInWorker }, framework);
}
