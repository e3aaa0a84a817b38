import { checkOptions } from './check-options.ts';
import { defaultRetryPolicy, type RetryPolicy } from './retry-schedule.ts';

/** The values of `mediaTypeChange`. */
export const mediaTypeChanges = ['accept', 'refuse'] as const;

/** The options of an engine. Each has a default. */
export interface EngineOptions {
  /** Records that transfer at a time; a background fetch that has none gets one more. Default: 6. */
  readonly concurrency: number;
  /**
   * Requests to one origin that are under way at a time, of all records and all engines that share the host's
   * connections. A background fetch that has none gets one more; four times as many are made where requests share one
   * connection (HTTP/2). Browsers open six connections to a host: a page has to find some of them free. Default: 3.
   */
  readonly connectionsPerOrigin: number;
  /**
   * The same, while each body is over within 250 ms. Default: `connectionsPerOrigin` where that is given, otherwise 4.
   */
  readonly briskConnectionsPerOrigin: number;
  /** Ranges of one body that are fetched at a time; 1 never asks for several. Default: 4. */
  readonly connections: number;
  /** bytes in each of these ranges. Default: 4 MiB. */
  readonly pieceSize: number;
  /**
   * bytes in the ranges that are fetched first while somebody waits for the body: each takes a moment only. Default:
   * 32 KiB.
   */
  readonly smallestPiece: number;
  /** bytes after which what was received is made durable, if not too many are being written. Default: 2 MiB. */
  readonly smallestCheckpoint: number;
  /** bytes that gather at most while as many as may be are being written. Default: 4 MiB. */
  readonly checkpointSize: number;
  /** Checkpoints of one response that are on their way to the disk at a time. Default: 1. */
  readonly checkpointsAtOnce: number;
  /** ms after which received bytes are made durable, however few they are. Default: 1000. */
  readonly checkpointInterval: number;
  /** The same, in ms, for bytes that somebody waits for. Default: 100. */
  readonly awaitedCheckpointInterval: number;
  /** ms after which a new response can be seen by readers although few bytes have come. Default: 250. */
  readonly firstCheckpointInterval: number;
  /** The rules by which failed attempts are repeated. */
  readonly retry: RetryPolicy;
  /**
   * ms for which the bytes of a failed fetch stay, so that a later one of the same requests goes on from them; 0: not at
   * all. Default: a day.
   */
  readonly keepFailed: number;
  /**
   * The meaning of a successful answer that says another media type than that of the stored bytes: `accept` takes it
   * for what the resource is now, `refuse` for that of somebody in between, such as the login page of a network, so
   * that the request is made again. Default: `accept`.
   */
  readonly mediaTypeChange: (typeof mediaTypeChanges)[number];
}

type Given<T> = { readonly [Name in keyof T]?: T[Name] | undefined };

/** Some options: one that is left out, or undefined, has its default, and so has each of the retries. */
export type GivenEngineOptions = Given<Omit<EngineOptions, 'retry'>> & {
  readonly retry?: Given<RetryPolicy> | undefined;
};

/** The options of an engine whose app gives none, as in browsers. Hosts may have other ones. */
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
 * All options of an engine, of which an app gives some.
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
