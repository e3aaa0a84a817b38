import {
  bytesWorthKeeping,
  countKept,
  getHeader,
  isKept,
  isRetryableStatus,
  type Network,
  noRetries,
  RecordPool,
  type RetryPolicy,
  type StoreReadTransaction,
  serialiseRequest,
  type Workshop,
} from '@background-fetch/core';
import { registrationKey } from '../host/registration-host.ts';
import { openEngine } from '../open-background-fetch.ts';
import { redactUrl } from '../redact.ts';
import { saveRecord } from '../save-record.ts';
import { Causes } from './causes.ts';
import type { EngineOfDaemon, Kept, VersionAnswer } from './engine-of-daemon.ts';
import type { FetchSettings } from './protocol.ts';

/** ms for each attempt of which a server that never answered gets another one */
const unansweredInterval = 1000;
/** ms for which somebody who waits at a terminal bears a server that never answered */
const firstAnswer = 30_000;

/**
 * Opens the engine of a store for its daemon, which looks at the store beside what the API shows.
 * @param settingsOf how a fetch is to be transferred, asked for when it begins
 */
export async function openEngineOfDaemon(
  directory: string,
  settingsOf: (id: string) => FetchSettings,
  log: (message: string) => void,
): Promise<EngineOfDaemon> {
  const causes = new Causes();
  const { engine, store, network } = await openEngine(
    {
      directory,
      log,
      onFailure: ({ fetchId, url, error }) => {
        causes.note(fetchId, url, error);
        log(`"${fetchId}": an attempt to fetch ${redactUrl(url)} failed: ${error}`);
      },
    },
    {
      limitRateOf: (id) => settingsOf(id).limitRate,
      // what a downloader saves is what the server sent: its digest is that which is published
      decodesFor: (id) => settingsOf(id).compressed ?? false,
      connectionSettingsOf: (id) => settingsOf(id).connection,
      adapt: (workshop, fetch) => adapt(workshop, settingsOf(fetch.id)),
    },
  );
  return {
    backgroundFetch: engine.backgroundFetch,
    pause: (id) => engine.pause(id),
    resume: (id) => engine.resume(id),
    forget: (id) => engine.forget(id),
    onEvent: (name, handler) =>
      engine.addEventListener(name, (event) => event.waitUntil(handler(event.registration))),
    saveRecord,
    listFetches: () =>
      store.read(async (transaction) =>
        (await transaction.listFetches(registrationKey)).filter(({ state }) => state !== 'released'),
      ),
    findFetch: (id) =>
      store.read(async (transaction) =>
        (await transaction.findFetches(registrationKey, id)).find(({ state }) => state !== 'released'),
      ),
    findKept: (id) => store.read((transaction) => findKept(transaction, id)),
    listRecords: (key) => store.read((transaction) => transaction.listRecords(key)),
    causeOf: (id, url) => causes.of(id, url),
    askAboutVersion: (id, request, condition) => askAboutVersion(network, id, request, condition),
    close: () => engine.close(),
  };
}

/** ms that a server may take to say so */
const longestAnswer = 30_000;

async function askAboutVersion(
  network: Network,
  id: string,
  request: Request,
  [name, value]: readonly [string, string],
): Promise<VersionAnswer> {
  const asked = {
    id,
    retries: noRetries,
    request: serialiseRequest(request, false, ''),
    body: null,
    fresh: true,
    headers: { [name]: value },
    signal: AbortSignal.timeout(longestAnswer),
  };
  try {
    const { head, body } = await network.fetch(asked);
    await body?.cancel();
    if (isRetryableStatus(head.status)) return 'unknown';
    if (head.status !== 304) return 'other';
    // many servers say it of each file that is no newer: one that is older has another date
    const isOlder =
      name === 'If-Modified-Since' && (getHeader(head.headers, 'last-modified') ?? value) !== value;
    return isOlder ? 'other' : 'same';
  } catch {
    return 'unknown';
  }
}

async function findKept(transaction: StoreReadTransaction, id: string): Promise<Kept> {
  for (const fetch of (await transaction.findFetches(registrationKey, id)).reverse()) {
    const records = await transaction.listRecords(fetch.key);
    if (countKept(fetch, records) === 0) continue;
    return { byRecord: records.map(bytesWorthKeeping), until: isKept(fetch) ? fetch.keptUntil : null };
  }
  return { byRecord: [], until: null };
}

function adapt(workshop: Workshop, settings: FetchSettings): Workshop {
  const { options } = workshop;
  const {
    jobs,
    connections = options.connections,
    mediaTypeChange = options.mediaTypeChange,
    retry,
  } = settings;
  const policy = { ...options.retry, firstAnswer };
  return {
    ...workshop,
    pool: jobs === undefined ? workshop.pool : new RecordPool(jobs),
    options: {
      ...options,
      connections,
      mediaTypeChange,
      retry: retry === undefined ? policy : withRetries(policy, retry),
    },
  };
}

/** So many retries, whatever it is that fails: an outage is borne for as long as these take. */
function withRetries(policy: RetryPolicy, retries: number): RetryPolicy {
  const delays = Array.from({ length: Math.min(retries, 1000) }, (_, i) =>
    Math.min(policy.firstDelay * 2 ** i, policy.longestDelay),
  );
  return {
    ...policy,
    fruitlessAttempts: retries + 1,
    unansweredRetries: retries,
    unansweredWithin: Math.max(policy.unansweredWithin, retries * unansweredInterval),
    firstAnswer: Math.min(policy.firstAnswer, retries * unansweredInterval),
    outage: Math.min(
      policy.outage,
      delays.reduce((sum, delay) => sum + delay, 0),
    ),
  };
}
