import { registrationKey } from '../host/engine-host.ts';
import { openEngine as openEngineAndStore } from '../open-background-fetch.ts';
import { saveRecord } from '../save-record.ts';
import type { EngineOfDaemon } from './engine-of-daemon.ts';

/** Opens the engine of a store for its daemon, which looks at the store beside what the API shows. */
export async function openEngine(directory: string, log: (message: string) => void): Promise<EngineOfDaemon> {
  const { engine, store } = await openEngineAndStore({ directory, log });
  return {
    backgroundFetch: engine.backgroundFetch,
    pause: (id) => engine.pause(id),
    resume: (id) => engine.resume(id),
    onEvent: (name, handler) =>
      engine.addEventListener(name, (event) => event.waitUntil(handler(event.registration))),
    saveRecord,
    listFetches: () => store.transact('read', (transaction) => transaction.listFetches(registrationKey)),
    listRecords: (key) => store.transact('read', (transaction) => transaction.listRecords(key)),
    close: () => engine.close(),
  };
}
