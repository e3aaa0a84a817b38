import { configure, install } from 'background-fetch/service-worker';
import { inParallel } from './page/in-parallel.ts';
import { copiedChannel, copyPrefix } from './workload.ts';

/** The worker of an app that does as little as possible: it copies where the id asks for it. */

const options = new URL(location.href).searchParams.get('options');
if (options) configure({ engine: JSON.parse(options) });
install({ native: 'replace' });

const channel = new BroadcastChannel(copiedChannel);

interface ExtendableEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}

globalThis.addEventListener('backgroundfetchsuccess', (event) => {
  const { registration } = event as BackgroundFetchUpdateUIEvent;
  if (registration.id.startsWith(copyPrefix)) (event as ExtendableEvent).waitUntil(copy(registration));
});

async function copy(registration: BackgroundFetchRegistration): Promise<void> {
  const name = registration.id;
  try {
    const cache = await caches.open(name);
    const records = await registration.matchAll();
    await inParallel(records, async (record) => cache.put(record.request, await record.responseReady));
    channel.postMessage({ name });
  } catch (error) {
    channel.postMessage({ name, error: String(error) });
    throw error;
  }
}
