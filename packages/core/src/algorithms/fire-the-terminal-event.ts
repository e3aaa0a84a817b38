import type { StoredBackgroundFetch } from '../model/background-fetch.ts';
import { addUp, takeSnapshot } from '../model/snapshot.ts';
import type { BackgroundFetchEventName } from '../ports.ts';
import type { Workshop } from '../transfer/job.ts';
import { releaseTheRecords } from './release-the-records.ts';

type EndedBackgroundFetch = Extract<StoredBackgroundFetch, { state: 'event-owed' }>;

/** An event whose handlers were cut short by a death so often is not dispatched again. */
const mostDeliveries = 5;
/** ms that lie between two deliveries that count */
const deliveryInterval = 60_000;

/**
 * The last steps of performing a background fetch: tells every context how it ended, fires the event, and lets go of
 * the records when its handlers are done. Until then the event stays owed: a death in between repeats it.
 * https://wicg.github.io/background-fetch/#perform-a-background-fetch-algorithm, 9.7. to 9.13.
 * @param signal ends the wait for those who still read
 */
export async function fireTheTerminalEvent(
  workshop: Workshop,
  fetch: EndedBackgroundFetch,
  signal: AbortSignal,
): Promise<void> {
  const { announcements, display, events, store } = workshop.ports;
  const records = await store.read((transaction) => transaction.listRecords(fetch.key));
  // the fetch was purged with its registration meanwhile
  if (records.length === 0) return;
  const snapshot = takeSnapshot(fetch, addUp(records));
  display.update(snapshot, fetch);
  await announcements.publishAndWait(snapshot);
  await events.dispatch(eventNameOf(fetch), snapshot);
  await releaseTheRecords(workshop, fetch, snapshot, signal);
}

/** An event that an earlier engine did not see handled. */
export async function fireAnOwedEvent(
  workshop: Workshop,
  fetch: EndedBackgroundFetch,
  signal: AbortSignal,
): Promise<void> {
  const { clock, events, log } = workshop.ports;
  // an event that nobody listens to is no delivery
  await events.listened?.(eventNameOf(fetch));
  if (fetch.deliveries >= mostDeliveries) {
    log.warn(
      `The event of background fetch "${fetch.id}" was cut short ${fetch.deliveries} times: its records are released. ` +
        'Give its handlers less to do.',
    );
    return await releaseTheRecords(workshop, fetch, takeSnapshot(fetch, addUp([])), signal);
  }
  const now = clock.now();
  // a clock that was set back counts as time gone by
  if (Math.abs(now - fetch.lastDelivery) >= deliveryInterval) {
    const counted = { ...fetch, deliveries: fetch.deliveries + 1, lastDelivery: now };
    await workshop.writer.write(async (transaction) => {
      if (await transaction.getFetch(fetch.key)) transaction.putFetch(counted);
    });
  }
  await fireTheTerminalEvent(workshop, fetch, signal);
}

function eventNameOf(fetch: EndedBackgroundFetch): BackgroundFetchEventName {
  if (fetch.failureReason === 'aborted') return 'backgroundfetchabort';
  return fetch.result === 'success' ? 'backgroundfetchsuccess' : 'backgroundfetchfail';
}
