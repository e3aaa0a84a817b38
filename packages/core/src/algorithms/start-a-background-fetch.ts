import { isActive, type RegistrationKey, type StoredBackgroundFetch } from '../model/background-fetch.ts';
import type { ImageResource } from '../model/idl-types.ts';
import { noRetries, type StoredRequest } from '../model/record.ts';
import { schemaVersion } from '../model/schema.ts';
import { addUp, type BackgroundFetchSnapshot, takeSnapshot } from '../model/snapshot.ts';
import type {
  ClientPorts,
  ClientReadTransaction,
  ClientStore,
  ClientTransaction,
  Random,
  RegistrationHost,
  RequestBody,
} from '../ports.ts';
import { serialiseRequest } from '../serialise/request.ts';
import { isRetryableMethod } from '../transfer/retry-schedule.ts';
import { bytesWorthKeeping } from '../transfer/revive.ts';
import { createQuotaExceededError, makingRoom } from './make-room.ts';
import type { Realm } from './realm.ts';
import { findKept, forgetKept, type KeptFetch, reviveAKeptFetch } from './revive-a-kept-fetch.ts';

/** The options of `fetch()`, converted. `downloadTotal` is in bytes, 0 where it is not known. */
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
  host: RegistrationHost,
  id: string,
  checkRequests: () => Request[],
  { title = '', icons = [], downloadTotal }: StartOptions,
): Promise<BackgroundFetchSnapshot> {
  const { store, random } = realm.ports;
  // 8.4. comes first: without an active worker nothing else matters
  if (!host.hasActiveWorker()) {
    throw new TypeError('There is no active service worker: wait for navigator.serviceWorker.ready');
  }
  // 5.-6.
  const requests = checkRequests();
  const allowed = requireAllowed(host, requests);
  allowed.catch(() => {}); // what fails before it comes first
  // 8.1.-8.2.
  const policy = await host.startPolicy(id);
  if (policy === 'deny') {
    throw new DOMException(
      `Background fetch "${id}" is not allowed: the permission "background-fetch" is denied`,
      'NotAllowedError',
    );
  }
  // 8.5.
  const requireFree = async (
    transaction: ClientReadTransaction,
    registration: RegistrationKey,
  ): Promise<RegistrationKey> => {
    if (!(await transaction.findFetches(registration, id)).some(isActive)) return registration;
    throw new TypeError(`Background fetch "${id}" is active: choose another id, or get() it`);
  };
  const looked = await host.key();
  await store.read((transaction) => requireFree(transaction, looked));
  // a request that is forbidden need not wait for a worker that is busy
  const [{ integrity }] = await Promise.all([host.requireEngine(), allowed]);
  if (!integrity && requests.some((request) => request.integrity !== '')) {
    throw new DOMException(
      'To check "integrity", import background-fetch/integrity into the service worker',
      'NotSupportedError',
    );
  }
  // 8.6.-8.8., 8.10.-8.11.
  const prepared = await Promise.all(requests.map((request) => prepare(store, request, host.clientUrl)));
  const uploadTotal = prepared.reduce((sum, { body }) => sum + (body?.size ?? 0), 0);
  const stored = prepared.map(({ request }) => request);
  const kept =
    downloadTotal && (await store.read((transaction) => findKept(transaction, looked, id, stored)));
  await requireSpace(realm.ports, id, downloadTotal, kept || null);
  // 8.12.-8.13.
  const renewal = { title, icons, downloadTotal, state: policy === 'start' ? 'active' : 'paused' } as const;
  const begin = async (transaction: ClientTransaction): Promise<BackgroundFetchSnapshot> => {
    // the registration may have been deleted while the bodies were read
    const registration = await requireFree(transaction, await host.key(transaction));
    const earlier = await findKept(transaction, registration, id, stored);
    await forgetKept(transaction, registration, id, earlier?.fetch);
    const revived = earlier && (await reviveAKeptFetch(transaction, earlier, renewal));
    if (revived) return revived;
    const fetch: StoredBackgroundFetch = {
      schema: schemaVersion,
      key: createKey(random),
      registration,
      id,
      ...renewal,
      order: await transaction.nextOrder(),
      uploadTotal,
      failureReason: '',
      recordCount: prepared.length,
    };
    transaction.putFetch(fetch);
    prepared.forEach(({ request, body }, index) => {
      transaction.putRecord({
        schema: schemaVersion,
        fetch: fetch.key,
        index,
        request,
        uploaded: 0,
        retries: noRetries,
        responseData: null,
        state: 'waiting',
      });
      if (body) transaction.putRequestBody(fetch.key, index, body);
    });
    return takeSnapshot(fetch, addUp([]));
  };
  return await makingRoom(realm.ports, () => store.write(begin), (kept || undefined)?.fetch.key);
}

/**
 * Native implementations fetch for the client that calls, under its policy: another context does here, under its own.
 * https://w3c.github.io/webappsec-csp/#should-block-request
 */
async function requireAllowed(host: RegistrationHost, requests: readonly Request[]): Promise<void> {
  const forbidden = await host.findForbidden?.(requests.map(({ url }) => url));
  if (forbidden === undefined) return;
  throw new TypeError(
    `${forbidden} can't be fetched in the background: the Content Security Policy of ${host.clientUrl} forbids it. ` +
      'Allow it there in connect-src',
  );
}

async function prepare(store: ClientStore, request: Request, clientUrl: string): Promise<Prepared> {
  let body: RequestBody | null = null;
  if (!isRetryableMethod(request.method) && request.body !== null) {
    try {
      body = await store.takeRequestBody(request);
    } catch (cause) {
      throw new TypeError(`The body of the request for ${request.url} could not be read: ${cause}`, {
        cause,
      });
    }
    // where `Request.prototype.body` is missing, an empty body shows only by its type
    const known = request.body !== undefined;
    if (!known && body.size === 0 && !request.headers.has('content-type')) body = null;
  }
  return { request: serialiseRequest(request, body !== null, clientUrl), body };
}

/** @param kept what an earlier one has left: its bytes are there already, and stay */
async function requireSpace(
  ports: ClientPorts,
  id: string,
  downloadTotal: number,
  kept: KeptFetch | null,
): Promise<void> {
  if (downloadTotal === 0) return;
  const needed =
    downloadTotal - (kept?.records ?? []).reduce((sum, record) => sum + bytesWorthKeeping(record), 0);
  const check = async (): Promise<void> => {
    const left = await ports.store.spaceLeft();
    if (left === null || needed <= left) return;
    throw createQuotaExceededError(
      `Background fetch "${id}" needs ${needed} bytes, and there is room for ${left}: free some storage`,
    );
  };
  await makingRoom(ports, check, kept?.fetch.key);
}

/** A key of some 128 random bits in base 36. */
function createKey(random: Random): string {
  return Array.from({ length: 4 }, () => random.next().toString(36).slice(2)).join('');
}
