import { isActive, type StoredBackgroundFetch } from '../model/background-fetch.ts';
import type { ImageResource } from '../model/image-resource.ts';
import { noRetries, type StoredRecord, type StoredRequest } from '../model/record.ts';
import { schemaVersion } from '../model/schema.ts';
import type { BackgroundFetchSnapshot } from '../model/snapshot.ts';
import { takeSnapshot } from '../model/snapshot.ts';
import type { EngineHost, Random, RequestBody } from '../ports.ts';
import { serialiseRequest } from '../serialise/request.ts';
import type { Realm } from './realm.ts';

export interface StartOptions {
  readonly title?: string;
  readonly icons?: readonly ImageResource[];
  readonly downloadTotal: number;
}

interface Prepared {
  readonly request: StoredRequest;
  readonly body: RequestBody | null;
}

/**
 * The steps of `fetch()` after its arguments are converted.
 * https://wicg.github.io/background-fetch/#background-fetch-manager-fetch, 5. to 8.
 *
 * The transaction that makes the background fetch active is what the edit queue is here: it alone decides whether
 * the id is free. It is looked up before, too, so that bodies are not read in vain.
 */
export async function startABackgroundFetch(
  realm: Realm,
  host: EngineHost,
  id: string,
  checkRequests: () => Request[],
  options: StartOptions,
): Promise<BackgroundFetchSnapshot> {
  const { store } = realm.ports;
  // 8.4. comes first: without an active worker nothing else matters
  if (!host.hasActiveWorker()) {
    throw new TypeError(
      'There is no active service worker to fetch in: wait for navigator.serviceWorker.ready',
    );
  }
  // 5.-6.
  const requests = checkRequests();
  // 8.1.-8.2.
  const policy = await host.startPolicy(id);
  if (policy === 'deny') {
    throw new DOMException(
      `Background fetch "${id}" is not allowed: the permission "background-fetch" is denied`,
      'NotAllowedError',
    );
  }
  const registration = await host.key();
  // 8.5.
  const taken = new TypeError(
    `There is an active background fetch with the id "${id}": choose another id, or get() it`,
  );
  const isTaken = (fetches: readonly StoredBackgroundFetch[]): boolean => fetches.some(isActive);
  if (isTaken(await store.transact('read', (transaction) => transaction.findFetches(registration, id))))
    throw taken;
  const { integrity } = await host.requireEngine();
  if (!integrity && requests.some((request) => request.integrity !== '')) {
    throw new DOMException(
      'A request carries "integrity", and the service worker can\'t check it: import background-fetch/integrity there, too',
      'NotSupportedError',
    );
  }
  // 8.6.-8.8., 8.10.-8.11.
  const prepared = await Promise.all(requests.map((request) => prepare(realm, request, host.clientUrl)));
  const uploadTotal = prepared.reduce((sum, { body }) => sum + (body?.size ?? 0), 0);
  await requireSpace(realm, id, options.downloadTotal);
  // 8.12.-8.13.
  const fetch: Omit<StoredBackgroundFetch, 'order'> = {
    schema: schemaVersion,
    key: createKey(realm.ports.random),
    registration,
    id,
    title: options.title ?? '',
    icons: options.icons ?? [],
    downloadTotal: options.downloadTotal,
    uploadTotal,
    recordCount: prepared.length,
    state: policy === 'start' ? 'active' : 'paused',
    failureReason: '',
  } as Omit<StoredBackgroundFetch, 'order'>;
  return await store.transact('write', async (transaction) => {
    if (isTaken(await transaction.findFetches(registration, id))) throw taken;
    const stored = { ...fetch, order: await transaction.nextOrder() } as StoredBackgroundFetch;
    transaction.putFetch(stored);
    prepared.forEach(({ request, body }, index) => {
      transaction.putRecord(newRecord(stored.key, index, request));
      if (body) transaction.putRequestBody(stored.key, index, body);
    });
    return takeSnapshot(stored, 0, 0);
  });
}

async function prepare(realm: Realm, request: Request, clientUrl: string): Promise<Prepared> {
  let body: RequestBody | null = null;
  if (mayHaveBody(request)) {
    try {
      body = await realm.ports.store.takeRequestBody(request);
    } catch (cause) {
      throw new TypeError(`The body of the request for ${request.url} could not be read`, { cause });
    }
    // where `Request.prototype.body` is missing, an empty body shows only by its type
    const known = request.body !== undefined;
    if (!known && body.size === 0 && !request.headers.has('content-type')) body = null;
  }
  return { request: serialiseRequest(request, body !== null, clientUrl), body };
}

function mayHaveBody(request: Request): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return false;
  return request.body !== null;
}

async function requireSpace(realm: Realm, id: string, downloadTotal: number): Promise<void> {
  const left = downloadTotal === 0 ? null : await realm.ports.store.spaceLeft();
  if (left !== null && downloadTotal > left) {
    throw new DOMException(
      `Background fetch "${id}" needs ${downloadTotal} bytes, and there is room for ${left}: free some storage`,
      'QuotaExceededError',
    );
  }
}

function newRecord(fetch: string, index: number, request: StoredRequest): StoredRecord {
  return {
    ...{ schema: schemaVersion, fetch, index, request },
    ...{ uploaded: 0, retries: noRetries, responseData: null, state: 'waiting' },
  };
}

/** 128 random bits in base 36. */
function createKey(random: Random): string {
  const part = (): string =>
    Math.floor(random.next() * 2 ** 32)
      .toString(36)
      .padStart(7, '0');
  return part() + part() + part() + part();
}
