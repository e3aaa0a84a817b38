import { redactText } from '@background-fetch/common';
import {
  type Clock,
  type Connectivity,
  checkNumber,
  completeOptions,
  defaultEngineOptions,
  type Fault,
  type GivenEngineOptions,
  internal,
  type RetryPolicy,
  trackUpload,
} from '@background-fetch/core';
import type { Dispatcher } from 'undici';
import { checkedStore } from './checked-store.ts';
import { BackgroundFetchEngine } from './engine.ts';
import type { EngineStore } from './engine-store.ts';
import { clock } from './host/clock.ts';
import { alwaysOnline } from './host/connectivity.ts';
import { refusal } from './host/registration-host.ts';
import { StoreClaim } from './host/store-claim.ts';
import { StoreLock } from './host/store-lock.ts';
import type { BeforeAttempt } from './network/before-attempt.ts';
import { type AttemptFailure, createNetwork, type NodeNetwork } from './network/create-network.ts';
import { FaultError } from './network/faults.ts';
import { takePiece } from './network/take-piece.ts';
import type { ResumableUploads } from './network/uploads/upload.ts';
import { SettingsOfFetches } from './settings-of-fetches.ts';
import type { Faults } from './storage/faults.ts';
import { checkpointOptions, openStore } from './storage/index.ts';
import { adaptBy, type TransferSettingsOf } from './transfer-settings.ts';

/** Where an engine has its store: in a directory, or one that the app brings. */
export type StoreLocation =
  | {
      /** Where the store is, or will be made. One engine at a time has it. */
      readonly directory: string;
      readonly store?: undefined;
      /** Whether to wait for the engine that has the store, in place of a StoreInUseError. */
      readonly wait?: boolean | undefined;
      /** Ends the wait for the store: the promise is rejected with its reason. */
      readonly signal?: AbortSignal | undefined;
    }
  | {
      /**
       * A store of the app's own, in the place of SQLite and files in a directory: see docs/write-a-store.md. One engine at a
       * time has it, and closes it; that no other process has it is up to the store.
       */
      readonly store: EngineStore;
      readonly directory?: undefined;
      readonly wait?: undefined;
      readonly signal?: undefined;
    };

export type OpenOptions = StoreLocation & EngineSettings;

/** How an engine transfers, and whom it tells of what. */
export interface EngineSettings {
  /** What relative URLs are relative to, and the referrer of requests that name none. Without it they are refused. */
  readonly baseUrl?: string | undefined;
  /** Requests that transfer at a time, 6 by default. */
  readonly concurrency?: number | undefined;
  /** Connections over which one large file comes, where its version is strongly identified; 4 by default. */
  readonly connections?: number | undefined;
  /**
   * Requests to one origin at a time, of all files together; 16 by default, or as many as `concurrency` or `connections`
   * if that is more. One more is made for a background fetch that has none.
   */
  readonly connectionsPerHost?: number | undefined;
  /** When failed attempts are repeated; what is left out has its default. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /**
   * ms for which what a failed background fetch received is kept, so that `resume()`, or the same `fetch()`, goes on from
   * it: a day by default, an hour at most where the disk was full; 0 keeps nothing
   */
  readonly keepFailed?: number | undefined;
  /**
   * What is made of an answer, when a body is continued, that says another media type than the one before: `accept` (by
   * default) takes it for what the resource is now, and begins again; `refuse` for the page of somebody in between, such as
   * the login page of a network: what came is kept, and the request is made again.
   */
  readonly mediaTypeChange?: 'accept' | 'refuse' | undefined;
  /** bytes per second that all transfers together may take, in both directions */
  readonly limitRate?: number | undefined;
  /** How a background fetch is transferred that differs from the others, by its id. */
  readonly transferSettingsOf?: TransferSettingsOf | undefined;
  /** Of undici 7, for proxies and TLS options. It is not closed with the engine. */
  readonly dispatcher?: Dispatcher | undefined;
  /** Called before each attempt, and may change its URL and headers: for signatures and tokens that expire. */
  readonly beforeAttempt?: BeforeAttempt | undefined;
  /**
   * Told why each attempt failed, a wrong digest or a body cut short among the reasons: the API says `fetch-error` in the
   * end, or that nothing went wrong. Its URL
   * is the whole one, and messages of errors may have others, with whatever they are signed with.
   */
  readonly onFailure?: ((failure: AttemptFailure) => void) | undefined;
  /**
   * How an upload that is interrupted goes on: `ietf` (by default) offers the server the IETF's resumable uploads with
   * the request itself; `tus` takes the request's URL for a tus endpoint; `never` sends each request once.
   */
  readonly uploads?: ResumableUploads | ((fetchId: string, url: string) => ResumableUploads) | undefined;
  /**
   * Whether a server may lead a request from https: to http:, by a redirect or to an upload resource: what is asked for
   * and what comes can then be read and changed on the way. False: such a request fails.
   */
  readonly insecureRedirects?: boolean | undefined;
  /** Told what a developer should know and no API reports, URLs redacted; `process.emitWarning` by default. */
  readonly log?: ((message: string) => void) | undefined;
}

/** What takes the place of the host's own: for tests, and for the command. */
export interface GivenParts {
  readonly clock?: Clock;
  readonly connectivity?: Connectivity;
  readonly engine?: GivenEngineOptions;
  /** Told of the moments between which a write may die. */
  readonly faults?: Faults;
}

export interface OpenedEngine {
  readonly engine: BackgroundFetchEngine;
  readonly store: EngineStore;
  readonly network: NodeNetwork;
}

/**
 * Opens the store in a directory, made where it is missing, and starts its engine: what an earlier one left goes on.
 * Events that are still owed are dispatched once somebody listens to them.
 * @throws TypeError for options that can't be; StoreInUseError, naming the process that has the store; the signal's
 * reason; DamagedStoreError, NewerStoreError, StoreError; QuotaExceededError (DOMException) on a full disk
 */
export async function openBackgroundFetch(options: OpenOptions): Promise<BackgroundFetchEngine> {
  return (await openEngine(options)).engine;
}

/** As `openBackgroundFetch`, and gives the store, too. */
export async function openEngine(options: OpenOptions, given: GivenParts = {}): Promise<OpenedEngine> {
  checkOptions(options);
  const lock = options.store ? StoreClaim.take(options.store) : await takeLock(options);
  let network: NodeNetwork | undefined;
  try {
    const { limitRate, dispatcher, beforeAttempt, onFailure, uploads, insecureRedirects } = options;
    const settings = options.transferSettingsOf && new SettingsOfFetches(options.transferSettingsOf);
    const ports = { clock, connectivity: alwaysOnline, ...given };
    network = createNetwork({
      limitRate,
      dispatcher,
      beforeAttempt,
      onFailure,
      uploads,
      insecureRedirects,
      refusal,
      limitRateOf: (id) => settings?.of(id)?.limitRate,
      connectionSettingsOf: (id) => settings?.of(id)?.connection,
      decodesFor: (id) => settings?.of(id)?.decode ?? true,
      clock: ports.clock,
    });
    const { log: tell = emitWarning } = options;
    const log = (message: string): void => tell(redactText(message));
    const { faults } = given;
    const store =
      options.store === undefined
        ? await openStore(options.directory, { warn: log, ...(faults && { faults }) })
        : checkedStore(options.store);
    const engine = new BackgroundFetchEngine(internal, {
      lock,
      store,
      network,
      baseUrl: options.baseUrl ? new URL(options.baseUrl).href : '',
      onFault: (fetchId: string, url: string, fault: Fault) =>
        onFailure?.({ fetchId, url, error: new FaultError(url, fault) }),
      ...ports,
      options: { ...engineOptions(options), ...given.engine },
      strategies: {
        takePiece,
        trackUpload,
        ...(settings && { adapt: adaptBy((id) => settings.begin(id)) }),
      },
      log,
    });
    return { engine, store, network };
  } catch (error) {
    await network?.close();
    lock.release();
    throw error;
  }
}

async function takeLock({
  directory,
  wait = false,
  signal,
}: StoreLocation & { readonly directory: string }): Promise<StoreLock> {
  return await StoreLock.take(directory, { wait, signal });
}

function emitWarning(message: string): void {
  process.emitWarning(message, 'BackgroundFetchWarning');
}

/** Requests to one host at a time, where the app says nothing: as many as the most eager downloaders make. */
const usualConnectionsPerHost = 16;

function engineOptions(given: OpenOptions): GivenEngineOptions {
  const { concurrency = defaultEngineOptions.concurrency } = given;
  const { connectionsPerHost = Math.max(usualConnectionsPerHost, given.connections ?? 0, concurrency) } =
    given;
  const connections = Math.min(given.connections ?? defaultEngineOptions.connections, connectionsPerHost);
  return {
    ...checkpointOptions,
    concurrency,
    connections,
    connectionsPerOrigin: connectionsPerHost,
    retry: given.retry,
    keepFailed: given.keepFailed,
    mediaTypeChange: given.mediaTypeChange,
  };
}

function checkOptions(options: OpenOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('openBackgroundFetch() needs options: { directory } at least');
  const { baseUrl } = options;
  checkLocation(options);
  if (baseUrl !== undefined && refusalOfBase(baseUrl)) {
    throw new TypeError(`"baseUrl" has to be an absolute http: or https: URL, and is ${baseUrl}`);
  }
  for (const name of ['concurrency', 'connections', 'connectionsPerHost'] as const) {
    if (options[name] !== undefined) checkNumber(name, options[name], 'positive integer');
  }
  for (const name of ['beforeAttempt', 'log', 'onFailure', 'transferSettingsOf'] as const) {
    const type = typeof options[name];
    if (type !== 'undefined' && type !== 'function')
      throw new TypeError(`"${name}" has to be a function, and is ${type}`);
  }
  checkDispatcher(options.dispatcher);
  if (options.limitRate !== undefined)
    checkNumber('limitRate', options.limitRate, 'positive number or Infinity');
  completeOptions(engineOptions(options));
}

function checkLocation({ directory, store, wait, signal }: StoreLocation): void {
  if (store === undefined) {
    if (typeof directory === 'string' && directory !== '') return;
    throw new TypeError(
      `openBackgroundFetch() needs a "directory" for its store, or a "store", and got ${directory}`,
    );
  }
  const missing = storeMethods.filter((name) => typeof Object(store)[name] !== 'function');
  if (missing.length > 0) throw new TypeError(`"store" is no store: it has no ${missing.join(', ')}`);
  if (directory !== undefined) {
    throw new TypeError(
      'openBackgroundFetch() takes a "directory" or a "store", and got both: leave one out',
    );
  }
  if (wait !== undefined || signal !== undefined) {
    throw new TypeError(
      '"wait" and "signal" are about a "directory": whether a "store" is free, it has to know itself',
    );
  }
}

const storeMethods = [
  'read',
  'write',
  'takeRequestBody',
  'readRequestBody',
  'readBytes',
  'readBody',
  'spaceLeft',
] as const satisfies readonly (keyof EngineStore)[];

/** What undici changed with version 7: the handlers that a dispatcher calls, and whether it has this property. */
const beforeSeven = 'interceptors';

function checkDispatcher(dispatcher: OpenOptions['dispatcher']): void {
  if (dispatcher === undefined) return;
  if (typeof dispatcher?.dispatch !== 'function') {
    throw new TypeError('"dispatcher" has to be one of undici, such as new Agent(): it has no dispatch()');
  }
  if (beforeSeven in dispatcher) {
    throw new TypeError(
      '"dispatcher" is of undici 6 or older, whose dispatchers call other handlers: make it with undici 7, of which this ' +
        'package brings a copy',
    );
  }
}

function refusalOfBase(baseUrl: string): boolean {
  return !URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol);
}
