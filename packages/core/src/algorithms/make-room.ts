import { type FetchKey, isKept } from '../model/background-fetch.ts';
import type { ClientPorts } from '../ports.ts';
import { TimeLimit } from '../transfer/time-limit.ts';
import { readingLock } from './holds.ts';

type Ports = Pick<ClientPorts, 'store' | 'lock' | 'clock'>;

/** ms for which somebody may still be reading what is to be deleted, before another fetch is looked for */
const patience = 1000;

/** Does `work`, and once more after each kept fetch that is deleted, for as long as there is no room for it. */
export async function makingRoom<T>(ports: Ports, work: () => Promise<T>, spared?: FetchKey): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isFull = error instanceof DOMException && error.name === 'QuotaExceededError';
      if (!isFull || !(await makeRoom(ports, spared))) throw error;
    }
  }
}

/**
 * Deletes what was kept of one fetch that failed, of whatever registration: of that which would stay for the shortest
 * time. Resolves with whether there was one.
 */
async function makeRoom(ports: Ports, spared: FetchKey | undefined): Promise<boolean> {
  const fetches = await ports.store.read((transaction) => transaction.listFetches());
  const kept = fetches.filter(isKept).filter(({ key }) => key !== spared);
  kept.sort((a, b) => a.keptUntil - b.keptUntil);
  for (const { key } of kept) if (await deleteKept(ports, key).catch(() => false)) return true;
  return false;
}

/** Rejects if somebody reads there. */
async function deleteKept({ store, lock, clock }: Ports, key: FetchKey): Promise<boolean> {
  const limit = new TimeLimit(clock, patience);
  return await lock.hold(readingLock(key), limit.signal, () => {
    limit.lift();
    return store.write(async (transaction) => {
      const fetch = await transaction.getFetch(key);
      const isThere = fetch !== undefined && isKept(fetch);
      if (isThere) transaction.deleteFetch(key);
      return isThere;
    });
  });
}

/** The host's own interface, where it has one; elsewhere the DOMException of that name, which it took the place of. */
export function createQuotaExceededError(message: string): DOMException {
  const { QuotaExceededError } = globalThis as {
    QuotaExceededError?: new (message: string) => DOMException;
  };
  return QuotaExceededError
    ? new QuotaExceededError(message)
    : new DOMException(message, 'QuotaExceededError');
}
