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
    event.waitUntil(settle(event, 0, 0));
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
  const kept = await Promise.all(
    records.map(async (record) => {
      const response = await record.responseReady.catch(() => null);
      if (!response?.ok) return false;
      // The storage may refuse (it is nearly full, say): then this one is missing, and the others are kept.
      return cache.put(record.request, response).then(
        () => true,
        (error) => {
          console.warn(`Can't keep ${record.request.url}:`, error);
          return false;
        },
      );
    }),
  );
  await settle(event, kept.filter(Boolean).length, records.length);
  await event.updateUI({ title: `${titleOf(id)} ${ending}` });
}

async function settle({ registration }: BackgroundFetchEvent, kept: number, requests: number): Promise<void> {
  const { id, result, failureReason } = registration;
  const outcome: Outcome = { result, failureReason, kept, requests };
  await writeOutcome(id, outcome);
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
