// Compiled, never run: see page.ts. The first listener is the one of the README.
import {
  backgroundFetchOf,
  canPause,
  configure,
  install,
  pause,
  putInto,
} from 'background-fetch/service-worker';

declare const self: ServiceWorkerGlobalScope;

configure({ engine: { connections: 4, concurrency: 2, retry: { firstAnswer: 10_000 } } });
install({ native: 'replace' });

addEventListener('backgroundfetchsuccess', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open('episodes');
      const records = await event.registration.matchAll();
      await Promise.all(records.map(async (record) => cache.put(record.request, await record.responseReady)));
      for (const record of records) await putInto(cache, record);
      await event.updateUI({ title: 'Episode 5 is ready' });
    })(),
  );
});

self.addEventListener('backgroundfetchfail', (event) => {
  event.waitUntil(event.updateUI({ title: event.registration.failureReason }));
});

self.addEventListener('backgroundfetchclick', (event) => {
  if (canPause(event.registration)) event.waitUntil(pause(event.registration));
  event.waitUntil(self.clients.openWindow('/'));
});

self.onbackgroundfetchabort = (event) => console.log(event.registration.id);

self.addEventListener('fetch', (event) => {
  event.respondWith(
    (async () => {
      const bgFetch = await self.registration.backgroundFetch.get('film');
      const record = await bgFetch?.match(event.request);
      return record ? await record.responseReady : await fetch(event.request);
    })(),
  );
});

export function make(registration: BackgroundFetchRegistration): BackgroundFetchEvent {
  return new BackgroundFetchUpdateUIEvent('backgroundfetchsuccess', { registration });
}

export const manager: BackgroundFetchManager = backgroundFetchOf(self.registration);

export async function refused(event: BackgroundFetchEvent): Promise<void> {
  // @ts-expect-error this event has no display to update
  await event.updateUI();
  // @ts-expect-error there is no such event
  self.onbackgroundfetchprogress = null;
}
