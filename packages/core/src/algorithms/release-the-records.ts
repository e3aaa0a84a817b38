import type { FetchKey, StoredBackgroundFetch } from '../model/background-fetch.ts';
import { addUp, type BackgroundFetchSnapshot, takeSnapshot } from '../model/snapshot.ts';
import type { StoreTransaction } from '../ports.ts';
import type { Workshop } from '../transfer/job.ts';
import { unlessAborted } from '../transfer/unless-aborted.ts';
import { readingLock } from './holds.ts';
import { isOver, releaseOrKeep } from './keep-a-failed-fetch.ts';

/**
 * Lets go of the records of a background fetch whose event was handled: nobody finds them from now on. The engine that
 * looks at the store next frees what is not kept.
 * https://wicg.github.io/background-fetch/#perform-a-background-fetch-algorithm, the last two steps
 */
export async function releaseTheRecords(
  workshop: Workshop,
  fetch: StoredBackgroundFetch,
  snapshot: BackgroundFetchSnapshot,
  signal: AbortSignal,
): Promise<void> {
  const { announcements, clock } = workshop.ports;
  const ending = { ...snapshot, recordsAvailable: false };
  await untilWritten(workshop, signal, async (transaction) => {
    // a fetch that was purged must not come back
    if ((await transaction.getFetch(fetch.key))?.order !== fetch.order) return;
    await releaseOrKeep(transaction, fetch, clock.now(), workshop.options.keepFailed);
    transaction.putEnding?.(ending);
  });
  await announcements.publishAndWait(ending);
}

/** Tells of a release for an engine that died in the middle of it, and may have told nobody. */
export async function tellOfRelease(
  { ports: { store, announcements } }: Workshop,
  fetch: StoredBackgroundFetch,
): Promise<void> {
  const reading = store.read(async (transaction) => transaction.getEnding?.(fetch.key, fetch.order));
  const ending = await reading.catch(() => undefined);
  // a context that has a record in hand would keep it for ever otherwise
  announcements.publish(ending ?? takeSnapshot(fetch, addUp([])));
}

/**
 * Frees the storage once nobody has anything of it in hand any more: now, later, or when another engine starts. Resolves
 * when it is freed, or will not be.
 */
export async function deleteReleased(workshop: Workshop, key: FetchKey, signal: AbortSignal): Promise<void> {
  const { lock, clock } = workshop.ports;
  const deletion = lock.hold(readingLock(key), signal, () =>
    untilWritten(workshop, signal, async (transaction) => {
      const fetch = await transaction.getFetch(key);
      // a later fetch of the same requests may have gone on from it meanwhile
      if (fetch && isOver(fetch, clock.now())) transaction.deleteFetch(key);
    }),
  );
  await deletion.catch(() => {});
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
