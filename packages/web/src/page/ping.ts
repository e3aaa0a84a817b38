import { type WorkerMessage, wrapMessage } from '../shared/messages.ts';

/** Sends a message of ours to a service worker. */
export function post(worker: ServiceWorker, message: WorkerMessage, transfer: Transferable[] = []): void {
  worker.postMessage(wrapMessage(message), transfer);
}

/** Gives the registration's service worker an event to live on, and its engine a reason to look at the store. */
export function ping(registration: ServiceWorkerRegistration, last = false): void {
  const hidden = globalThis.document?.hidden ?? false;
  if (registration.active) post(registration.active, { type: 'ping', hidden, last });
}
