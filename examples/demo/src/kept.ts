import type { CatalogueItem } from './catalogue.ts';

/** How the last background fetch of an item ended: the browser forgets it, the service worker writes it down. */
export interface Outcome {
  readonly result: BackgroundFetchRegistration['result'];
  readonly failureReason: BackgroundFetchRegistration['failureReason'];
  /** Responses put into the cache. */
  readonly kept: number;
  readonly requests: number;
  /** Why a response that had arrived could not be put there. */
  readonly problem: string | null;
}

/** News from the service worker to every page. */
export type News =
  | { readonly type: 'settled'; readonly id: string }
  /** A download was clicked: show it. */
  | { readonly type: 'show'; readonly id: string };

/** Name of the BroadcastChannel for `News`. */
export const newsChannel = 'longwave';

const outcomes = 'outcomes';

/** Each item has a cache of its own, so that deleting it is one call. */
export function cacheName(id: string): string {
  return `download-${id}`;
}

/** Paths of the files of an item that are in its cache. Never creates the cache, as opening it would. */
export async function keptPaths(id: string): Promise<string[]> {
  if (!(await caches.has(cacheName(id)))) return [];
  const cache = await caches.open(cacheName(id));
  return (await cache.keys()).map(({ url }) => new URL(url).pathname);
}

export function isComplete(item: CatalogueItem, paths: readonly string[]): boolean {
  return item.files.every(({ url }) => paths.includes(url));
}

export async function readOutcome(id: string): Promise<Outcome | null> {
  const cache = await caches.open(outcomes);
  return (await (await cache.match(`/outcomes/${id}`))?.json()) ?? null;
}

export async function writeOutcome(id: string, outcome: Outcome): Promise<void> {
  const cache = await caches.open(outcomes);
  await cache.put(`/outcomes/${id}`, Response.json(outcome));
}

export async function forget(id: string): Promise<void> {
  await caches.delete(cacheName(id));
  const cache = await caches.open(outcomes);
  await cache.delete(`/outcomes/${id}`);
}
