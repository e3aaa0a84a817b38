import type * as Polyfill from 'background-fetch/ponyfill';
import { copiedChannel, copyPrefix } from '../workload.ts';
import { inParallel } from './in-parallel.ts';

/** What every manager and registration has, the browser's own and the polyfill's. */
type Manager = Pick<Polyfill.BackgroundFetchManager, 'fetch'>;

export interface Bodies {
  readonly urls: readonly string[];
  readonly total: number;
  /** Names what the operation makes. */
  readonly name: string;
}

export async function drain({ urls, total }: Bodies): Promise<void> {
  let received = 0;
  await inParallel(urls, async (url) => {
    const reader = await readerOf(url);
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      received += chunk.value.byteLength;
    }
  });
  if (received !== total) throw new Error(`Drained ${received} bytes of ${total}`);
}

async function readerOf(url: string): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const { body } = await fetch(url);
  if (!body) throw new Error(`The response for ${url} has no body`);
  return body.getReader();
}

export async function putIntoCache({ urls, name }: Bodies): Promise<void> {
  const cache = await caches.open(name);
  await inParallel(urls, async (url) => cache.put(url, await fetch(url)));
}

/** Resolves when the page sees `result === 'success'`. */
export async function backgroundFetch(manager: Manager, { urls, total, name }: Bodies): Promise<void> {
  const registration = await manager.fetch(name, [...urls], { downloadTotal: total });
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      const { result, failureReason } = registration;
      if (result === 'success') resolve();
      if (result === 'failure') reject(new Error(`Background fetch ${name} failed: ${failureReason}`));
    };
    registration.addEventListener('progress', look);
    look();
  });
  if (registration.downloaded !== total) {
    throw new Error(`Background fetch ${name} succeeded with ${registration.downloaded} bytes of ${total}`);
  }
}

/** Fetches and lets the success handler copy; returns the times at which both were done. */
export async function backgroundFetchAndCopy(
  manager: Manager,
  bodies: Bodies,
): Promise<{ fetched: number; copied: number }> {
  const name = copyPrefix + bodies.name;
  const channel = new BroadcastChannel(copiedChannel);
  const copied = new Promise<number>((resolve, reject) => {
    channel.onmessage = ({ data }: MessageEvent<{ name: string; error?: string }>) => {
      if (data.name !== name) return;
      if (data.error !== undefined) reject(new Error(`The copy of ${name} failed: ${data.error}`));
      else resolve(performance.now());
    };
  });
  await backgroundFetch(manager, { ...bodies, name });
  const fetched = performance.now();
  const times = { fetched, copied: await copied };
  channel.close();
  await requireCached(name, bodies.urls.length);
  return times;
}

async function requireCached(name: string, count: number): Promise<void> {
  const cached = (await (await caches.open(name)).keys()).length;
  if (cached !== count) throw new Error(`The cache ${name} holds ${cached} responses of ${count}`);
}
