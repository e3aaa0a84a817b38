import type { FetchKey, StoredBackgroundFetch } from '../model/background-fetch.ts';
import { addUp, type BackgroundFetchSnapshot, takeSnapshot } from '../model/snapshot.ts';
import { released } from '../model/transitions.ts';
import type { StoreTransaction } from '../ports.ts';
import type { Workshop } from '../transfer/job.ts';
import { unlessAborted } from '../transfer/unless-aborted.ts';
import { readingLock } from './holds.ts';

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
  const ending = { ...snapshot, recordsAvailable: false };
  await untilWritten(workshop, signal, async (transaction) => {
    // what was purged must not come back
    if (!(await transaction.getFetch(fetch.key))) return;
    transaction.putFetch(released(fetch));
    transaction.putEnding?.(ending);
  });
  await workshop.ports.announcements.publishAndWait(ending);
  deleteReleased(workshop, fetch.key, signal);
}

/** Does the rest for an engine that died before it could, or before nobody was in its way any more. */
export async function finishReleasing(
  workshop: Workshop,
  fetch: StoredBackgroundFetch,
  signal: AbortSignal,
): Promise<void> {
  const { store, announcements } = workshop.ports;
  const reading = store.transact('read', async (transaction) => transaction.getEnding?.(fetch.key));
  const ending = await reading.catch(() => undefined);
  // it may have told nobody: who has a record in hand would keep it for ever
  announcements.publish(ending ?? takeSnapshot(fetch, addUp([])));
  deleteReleased(workshop, fetch.key, signal);
}

/** Frees the storage once nobody has anything of it in hand any more: now, later, or when another engine starts. */
function deleteReleased(workshop: Workshop, key: FetchKey, signal: AbortSignal): void {
  const deletion = workshop.ports.lock.hold(readingLock(key), signal, () =>
    untilWritten(workshop, signal, async (transaction) => transaction.deleteFetch(key)),
  );
  deletion.catch(() => {});
}

/** ms after which a write that failed is tried again */
const retryDelay = 60_000;

/** Goes on until it succeeds, or the engine stops: the event was handled, and nobody else may come to see to it. */
async function untilWritten(
  { ports, writer }: Workshop,
  signal: AbortSignal,
  write: (transaction: StoreTransaction) => Promise<void>,
): Promise<void> {
  for (;;) {
    try {
      return await writer.write(write);
    } catch (error) {
      ports.log.warn(`A background fetch can't be released for a minute: ${error}`);
      await unlessAborted<void>(signal, (resolve) => ports.clock.setTimer(retryDelay, resolve));
    }
  }
}
