import type { FetchKey, StoredBackgroundFetch } from '../model/background-fetch.ts';
import type { BackgroundFetchSnapshot } from '../model/snapshot.ts';
import { released } from '../model/transitions.ts';
import type { Lock } from '../ports.ts';
import type { Workshop } from '../transfer/job.ts';

/** Somebody who is reading a body, and must not find it gone before its end. */
export interface Reading {
  end(): void;
}

const never = new AbortController().signal;

function lockName(key: FetchKey): string {
  return `background-fetch reading ${key}`;
}

/** Begins to read: the bytes of the background fetch stay until it ends, or this context does. */
export function beginReading(lock: Lock, key: FetchKey): Promise<Reading> {
  return new Promise((resolve, reject) => {
    const holder = (): Promise<void> => new Promise((end) => resolve({ end }));
    lock.hold(lockName(key), never, holder, 'shared').catch(reject);
  });
}

/**
 * Lets go of the records of a background fetch whose event was handled: nobody finds them from now on.
 * https://wicg.github.io/background-fetch/#perform-a-background-fetch-algorithm, the last two steps
 */
export async function releaseTheRecords(
  workshop: Workshop,
  fetch: StoredBackgroundFetch,
  snapshot: BackgroundFetchSnapshot,
  signal: AbortSignal,
): Promise<void> {
  await workshop.writer.write(async (transaction) => transaction.putFetch(released(fetch)));
  await workshop.ports.announcements.publishAndWait({ ...snapshot, recordsAvailable: false });
  deleteReleased(workshop, fetch.key, signal);
}

/** Frees the storage once nobody reads there any more: now, later, or when another engine starts. */
export function deleteReleased({ ports, writer }: Workshop, key: FetchKey, signal: AbortSignal): void {
  const deletion = ports.lock.hold(lockName(key), signal, () =>
    writer.write(async (transaction) => transaction.deleteFetch(key)),
  );
  deletion.catch((error) => {
    if (!signal.aborted) ports.log.warn(`The bytes of background fetch ${key} could not be freed: ${error}`);
  });
}
