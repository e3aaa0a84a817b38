import { install } from 'background-fetch/ponyfill';
import type { Measured, Operation, Workload } from '../workload.ts';
import { activated } from './activated.ts';
import { type Bodies, backgroundFetch, backgroundFetchAndCopy, drain, putIntoCache } from './operations.ts';

// The page lies outside of the scope: its own fetches don't pass the worker, so the peers are at their best.
const scriptUrl = `/service-worker.js${location.search}`;
const registration = await navigator.serviceWorker.register(scriptUrl, { scope: '/scope/', type: 'module' });
await activated(registration);

// Both in one browser: the browser's own manager is taken before the polyfill takes its place.
const native = 'BackgroundFetchManager' in globalThis ? registration.backgroundFetch : null;
install({ native: 'replace' });
const polyfill = registration.backgroundFetch;

let runs = 0;

/** Does one operation, measures it, and removes what it left. */
export async function measure(operation: Operation, { count, size }: Workload): Promise<Measured> {
  const name = `${Date.now().toString(36)}-${runs++}`;
  const urls = Array.from({ length: count }, (_, index) => `/body/${name}-${index}?size=${size}`);
  const bodies = { urls, total: count * size, name };
  const start = performance.now();
  const { done, copied } = await perform(operation, bodies);
  await Promise.all((await caches.keys()).map((cache) => caches.delete(cache)));
  return { duration: done - start, copying: copied === null ? null : copied - done };
}

/** The background fetches that go on, and how far they are. */
export async function describeUnfinished(): Promise<string> {
  const managers = Object.entries({ native, polyfill }).flatMap(([name, manager]) =>
    manager ? [{ name, manager }] : [],
  );
  const texts = managers.map(async ({ name, manager }) => {
    const registrations = await Promise.all((await manager.getIds()).map((id) => manager.get(id)));
    const states = registrations.map((one) => `"${one?.result}" after ${one?.downloaded} bytes`);
    return `${name} has ${states.length} active ${states.join(', ')}`;
  });
  return (await Promise.all(texts)).join('; ');
}

async function perform(
  operation: Operation,
  bodies: Bodies,
): Promise<{ done: number; copied: number | null }> {
  switch (operation) {
    case 'drained':
      return await until(drain(bodies));
    case 'cache.put':
      return await until(putIntoCache(bodies));
    case 'polyfill':
      return await until(backgroundFetch(polyfill, bodies));
    case 'native':
      return await until(backgroundFetch(requireNative(), bodies));
    case 'polyfill, copied':
    case 'native, copied': {
      const manager = operation === 'native, copied' ? requireNative() : polyfill;
      const { fetched, copied } = await backgroundFetchAndCopy(manager, bodies);
      return { done: fetched, copied };
    }
  }
}

async function until(work: Promise<void>): Promise<{ done: number; copied: null }> {
  await work;
  return { done: performance.now(), copied: null };
}

function requireNative(): NonNullable<typeof native> {
  if (!native) throw new Error('This browser has no Background Fetch of its own, or it is switched off');
  return native;
}
