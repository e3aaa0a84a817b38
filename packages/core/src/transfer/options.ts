import { checkOptions } from './check-options.ts';
import { defaultRetryPolicy, type RetryPolicy } from './retry-schedule.ts';

export const mediaTypeChanges = ['accept', 'refuse'] as const;

/** How the engine works. Everything has a default. */
export interface EngineOptions {
  /** Records that transfer at a time; one more of a background fetch that has none. */
  readonly concurrency: number;
  /**
   * Requests to one origin that are under way at a time, of all records and all engines that share the host's
   * connections. One more is made for a background fetch that has none; four times as many where requests share one
   * connection (HTTP/2). Browsers open six connections to a host: a page has to find some of them free.
   */
  readonly connectionsPerOrigin: number;
  /** As that, while each body is over within 250 ms; as many as that, where only that is given. */
  readonly briskConnectionsPerOrigin: number;
  /** Ranges of one body that are fetched at a time; 1 never asks for several. */
  readonly connections: number;
  /** bytes in each of these ranges */
  readonly pieceSize: number;
  /** bytes in those that are fetched at first while somebody waits for the body: each takes a moment only */
  readonly smallestPiece: number;
  /** bytes after which what was received is made durable, if not too many are being written */
  readonly smallestCheckpoint: number;
  /** bytes that gather at most while as many as may be are being written */
  readonly checkpointSize: number;
  /** checkpoints of one response that are on their way to the disk at a time */
  readonly checkpointsAtOnce: number;
  /** ms after which it is made durable all the same */
  readonly checkpointInterval: number;
  /** As that, for what somebody waits for. */
  readonly awaitedCheckpointInterval: number;
  /** ms after which a new response can be seen by readers although few bytes have come */
  readonly firstCheckpointInterval: number;
  readonly retry: RetryPolicy;
  /** ms for which what a failed fetch received stays, so that a later one of the same requests goes on from it; 0: not at all */
  readonly keepFailed: number;
  /**
   * What is made of a successful answer that says another media type than that of the bytes that are stored: `accept` takes
   * it for what the resource is now, `refuse` for that of somebody in between, such as the login page of a network, so that
   * the request is made again.
   */
  readonly mediaTypeChange: (typeof mediaTypeChanges)[number];
}

type Given<T> = { readonly [Name in keyof T]?: T[Name] | undefined };

/** What is given of them: what is left out, or undefined, has its default, and so has what is left out of the retries. */
export type GivenEngineOptions = Given<Omit<EngineOptions, 'retry'>> & {
  readonly retry?: Given<RetryPolicy> | undefined;
};

export const defaultEngineOptions: EngineOptions = {
  concurrency: 6,
  connectionsPerOrigin: 3,
  briskConnectionsPerOrigin: 4,
  connections: 4,
  pieceSize: 4 * 2 ** 20,
  smallestPiece: 32 * 2 ** 10,
  smallestCheckpoint: 2 * 2 ** 20,
  checkpointSize: 4 * 2 ** 20,
  checkpointsAtOnce: 1,
  checkpointInterval: 1000,
  awaitedCheckpointInterval: 100,
  firstCheckpointInterval: 250,
  retry: defaultRetryPolicy,
  keepFailed: 24 * 60 * 60_000,
  mediaTypeChange: 'accept',
};

/**
 * The options of an engine, of which an app gives some.
 * @throws TypeError, RangeError for one that can't be, see `checkNumber`
 */
export function completeOptions(given: GivenEngineOptions): EngineOptions {
  // a number that an app chose is not exceeded
  const briskConnectionsPerOrigin =
    given.connectionsPerOrigin ?? defaultEngineOptions.briskConnectionsPerOrigin;
  const options = {
    ...withDefaults({ ...defaultEngineOptions, briskConnectionsPerOrigin }, given),
    retry: withDefaults(defaultRetryPolicy, given.retry ?? {}),
  };
  checkOptions(options);
  return options;
}

function withDefaults<T extends object>(defaults: T, given: object): T {
  return {
    ...defaults,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}
