import { catalogue } from '../built-in.ts';
import { cacheName, type News, newsChannel, type Outcome, writeOutcome } from '../kept.ts';
import { type BackgroundFetchEvent, type BackgroundFetchUpdateUIEvent, scope } from './scope.ts';

/** What becomes of a background fetch: successes go into the Cache API, and pages hear how it ended. */
export function listenForSettling(): void {
  scope.addEventListener('backgroundfetchsuccess', (event) => {
    event.waitUntil(keep(event, 'is ready to play offline'));
  });
  scope.addEventListener('backgroundfetchfail', (event) => {
    event.waitUntil(keep(event, 'could not be downloaded'));
  });
  scope.addEventListener('backgroundfetchabort', (event) => {
    event.waitUntil(settle(event, { kept: 0, requests: 0, problem: null }));
  });
  scope.addEventListener('backgroundfetchclick', (event) => {
    event.waitUntil(show(event.registration.id));
  });
}

/** Keeps every response that arrived whole; after a failure too, so that trying again fetches only the others. */
async function keep(event: BackgroundFetchUpdateUIEvent, ending: string): Promise<void> {
  const { id } = event.registration;
  const records = await event.registration.matchAll();
  const cache = await caches.open(cacheName(id));
  const attempts = await Promise.allSettled(
    records.map(async (record) => {
      const response = await record.responseReady;
      if (!response.ok) return false;
      await cache.put(record.request, response);
      return true;
    }),
  );
  // A request may have failed, or the storage refuse its response (it is nearly full, say): the others are kept.
  const refusal = attempts.find((attempt) => attempt.status === 'rejected');
  const kept = attempts.filter((attempt) => attempt.status === 'fulfilled' && attempt.value).length;
  await settle(event, { kept, requests: records.length, problem: refusal ? `${refusal.reason}` : null });
  await event.updateUI({ title: `${titleOf(id)} ${refusal ? 'is not complete' : ending}` });
}

async function settle(
  { registration }: BackgroundFetchEvent,
  what: Pick<Outcome, 'kept' | 'requests' | 'problem'>,
): Promise<void> {
  const { id, result, failureReason } = registration;
  await writeOutcome(id, { result, failureReason, ...what });
  tell({ type: 'settled', id });
}

/** Brings a page to the front that shows the download. */
async function show(id: string): Promise<void> {
  const [window] = await scope.clients.matchAll({ type: 'window' });
  if (!window) {
    await scope.clients.openWindow(`/#${id}`);
    return;
  }
  tell({ type: 'show', id });
  // Only allowed when a user clicked; a page that draws its own display is in front anyway.
  await window.focus().catch(() => {});
}

function tell(news: News): void {
  const channel = new BroadcastChannel(newsChannel);
  channel.postMessage(news);
  channel.close();
}

function titleOf(id: string): string {
  return catalogue.items.find((item) => item.id === id)?.title ?? id;
}
