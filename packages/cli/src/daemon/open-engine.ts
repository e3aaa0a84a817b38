import { redactUrl } from '@background-fetch/common';
import {
  defaultRetryPolicy,
  openBackgroundFetch,
  type RetryPolicy,
  saveRecord,
  type TransferSettings,
} from '@background-fetch/node';
import { Causes } from './causes.ts';
import type { EngineOfDaemon } from './engine-of-daemon.ts';
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
  const engine = await openBackgroundFetch({
    directory,
    log,
    transferSettingsOf: (id) => transferSettings(settingsOf(id)),
    onFailure: ({ fetchId, url, error }) => {
      causes.note(fetchId, url, error);
      log(`"${fetchId}": an attempt to fetch ${redactUrl(url)} failed: ${error}`);
    },
  });
  return {
    backgroundFetch: engine.backgroundFetch,
    pause: (id) => engine.pause(id),
    resume: (id) => engine.resume(id),
    forget: (id) => engine.forget(id),
    onEvent: (name, handler) =>
      engine.addEventListener(name, (event) => event.waitUntil(handler(event.registration))),
    saveRecord,
    listFetches: () => engine.listStored(),
    findFetch: (id) => engine.findStored(id),
    findKept: (id) => engine.findKept(id),
    causeOf: (id, url) => causes.of(id, url),
    askAboutVersion: (id, request, condition) => engine.revalidate(id, request, condition),
    close: () => engine.close(),
  };
}

function transferSettings(settings: FetchSettings): TransferSettings {
  const { jobs, connections, mediaTypeChange, limitRate, connection, retry, compressed = false } = settings;
  const policy = { ...defaultRetryPolicy, firstAnswer };
  return {
    concurrency: jobs,
    connections,
    mediaTypeChange,
    limitRate,
    connection,
    // what a downloader saves is what the server sent: its digest is that which is published
    decode: compressed,
    retry: retry === undefined ? policy : withRetries(policy, retry),
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
