// Compiled, never run: see page.ts.
import { configure, install } from 'background-fetch/service-worker';

configure({ engine: { connections: 4, concurrency: 2 } });
install({ native: 'replace' });

export async function keep(event: BackgroundFetchUpdateUIEvent): Promise<void> {
  const cache = await caches.open(event.registration.id);
  for (const record of await event.registration.matchAll()) {
    await cache.put(record.request, await record.responseReady);
  }
  await event.updateUI({ title: 'Ready' });
}
