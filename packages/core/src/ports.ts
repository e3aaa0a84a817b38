import type {
  BackgroundFetchDetails,
  FetchKey,
  RegistrationKey,
  StoredBackgroundFetch,
} from './model/background-fetch.ts';
import type { RequestInfo } from './model/idl-types.ts';
import type {
  BodyKey,
  ContentCoding,
  ResponseData,
  ResponseHead,
  RetryCounts,
  StoredRecord,
  StoredRequest,
} from './model/record.ts';
import type { BackgroundFetchSnapshot } from './model/snapshot.ts';

/** Bytes in the form in which the host keeps them; the core passes them on and never looks inside. */
export interface HostBytes {
  /** bytes */
  readonly size: number;
  readonly value: unknown;
}

/** A request body as the host keeps it. */
export type RequestBody = HostBytes;

/** The reads of the API within one transaction. */
export interface ClientReadTransaction {
  /** The generation that was last written for a scope, undefined for a scope never seen. */
  getGeneration(scope: string): Promise<string | undefined>;

  getFetch(key: FetchKey): Promise<StoredBackgroundFetch | undefined>;
  /** Finds all fetches with this id, settled ones that still owe their event included. */
  findFetches(registration: RegistrationKey, id: string): Promise<StoredBackgroundFetch[]>;
  /** Lists fetches in order of creation; those of every registration in the store if none is named. */
  listFetches(registration?: RegistrationKey): Promise<StoredBackgroundFetch[]>;

  /**
   * The snapshot that `StoreTransaction.putEnding` kept of the fetch of this key and order; absent where that is
   * absent.
   */
  getEnding?(key: FetchKey, order: number): Promise<BackgroundFetchSnapshot | undefined>;

  /**
   * Lists the records of a fetch in order of index.
   * @param url only records for this URL, fragments left out, are wanted: a store that finds them fast may leave out
   * others
   */
  listRecords(fetch: FetchKey, url?: string): Promise<StoredRecord[]>;
}

/** The reads and writes of the API within one transaction. Reads see the writes made before them. */
export interface ClientTransaction extends ClientReadTransaction {
  putGeneration(scope: string, generation: string): void;
  /** A number greater than any it gave before. */
  nextOrder(): Promise<number>;

  putFetch(fetch: StoredBackgroundFetch): void;
  /** Deletes a fetch with its records, request bodies and response bytes. */
  deleteFetch(key: FetchKey): void;

  putRecord(record: StoredRecord): void;
  putRequestBody(fetch: FetchKey, index: number, body: RequestBody): void;
  deleteBytes(body: BodyKey): void;
}

/** The reads of the engine beside those of the API. */
export interface StoreReadTransaction extends ClientReadTransaction {
  getRecord(fetch: FetchKey, index: number): Promise<StoredRecord | undefined>;
}

/** The writes of the engine within one transaction. */
export interface StoreTransaction extends ClientTransaction, StoreReadTransaction {
  /**
   * Puts bytes at `offset` of a body, where nothing is stored yet: what the network received, one part after the other, or
   * what the host made of it (`Store.stageBytes`, `NetworkResponse.takeWhole`).
   */
  putBytes(body: BodyKey, offset: number, bytes: readonly Uint8Array[] | HostBytes): void;
  /**
   * Makes the stored bytes of one body those of another, which has none yet. Nobody asks for them under the first one any more: what
   * of them a store leaves there goes with its fetch.
   */
  moveBytes(from: BodyKey, to: BodyKey): Promise<void>;
  /**
   * Keeps the last that was told of a fetch, for an hour or longer: nothing else is left of it for a context that was
   * not run when it was told. Absent where there are no such contexts.
   */
  putEnding?(snapshot: BackgroundFetchSnapshot): void;
}

/**
 * Durable storage. A transaction is atomic and serialisable: it sees no other's half, and other transactions on
 * the same store (in other contexts, too) see all of it or nothing.
 */
export interface ClientStore {
  /**
   * Runs `work` in a transaction that can't write, and resolves with what it returned. `work` may await nothing but the
   * transaction's own methods. If it throws, its error is passed on.
   * @throws a StoreError with `cause` for a failure of the store
   */
  read<T>(work: (transaction: ClientReadTransaction) => Promise<T>): Promise<T>;
  /**
   * Performs a transaction that writes; resolves once everything is on stable storage. If `work` throws, nothing is
   * written.
   * @throws QuotaExceededError (DOMException) if there is no room; a StoreError with `cause` for any other failure
   */
  write<T>(work: (transaction: ClientTransaction) => Promise<T>): Promise<T>;
  /** Reads a Request's body into the form in which it is kept. Rejects if the body fails. */
  takeRequestBody(request: Request): Promise<RequestBody>;
  /** The stored request body, as something `new Request()` takes; null if there is none. */
  readRequestBody(fetch: FetchKey, index: number): Promise<RequestBody | null>;
  /** Some of the stored bytes from `start` on: at least one, none beyond `end`; null if that byte is not stored. */
  readBytes(body: BodyKey, start: number, end: number): Promise<Uint8Array | null>;
  /**
   * The first `length` bytes as a Blob that is read when it is needed; null where the host has no such thing.
   * It is readable for as long as the body is stored, and no longer in WebKit:
   * docs/discoveries.md#webkit-a-blob-whose-row-was-deleted
   */
  readBody?(body: BodyKey, length: number, type: string): Promise<Blob | null>;
  /** Whether such a Blob stays readable when its body is deleted. */
  readonly blobsOutlast?: boolean;
  /** Bytes that may still be stored; null where the host does not tell. */
  spaceLeft(): Promise<number | null>;
}

/** The store as the engine needs it. */
export interface Store extends ClientStore {
  read<T>(work: (transaction: StoreReadTransaction) => Promise<T>): Promise<T>;
  write<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T>;
  /**
   * Brings `parts` to stable storage ahead of the transaction that puts them there, so that it does not keep others
   * waiting for the disk. Resolves with what `putBytes` takes in their place; they count once that is committed, and leave
   * nothing behind if it never is. Nobody changes `parts` before. Calls for one body resolve in their order. Absent
   * where the transaction has to do both.
   */
  stageBytes?(body: BodyKey, offset: number, parts: readonly Uint8Array[]): Promise<HostBytes>;
  readBody(body: BodyKey, length: number, type: string): Promise<Blob | null>;
}

/** The state of the transmission of a request body, for hosts that know it or that can continue one. */
export interface Upload {
  /** The state that `keep` last made durable for this request; undefined before that. */
  readonly state: string | undefined;
  /**
   * Makes durable what another attempt needs to continue the upload: from then on, an attempt that fails is followed
   * by others. With null, nothing can be continued any more, and what was sent must not be sent again: an attempt that
   * fails from then on is the last. Rejects if it can't be kept.
   */
  keep(state: string | null): Promise<void>;
  /**
   * Tells how many bytes of the body were transmitted so far, or only that something moves. From the first call on, an
   * upload that stalls is given up, until all was sent.
   */
  sent(bytes?: number): void;
}

/** A request that the engine wants to be sent, with all that a network may need for it. */
export interface NetworkRequest {
  /** The background fetch's id; it and what was tried before are for hosts that let the app prepare an attempt. */
  readonly id: string;
  readonly retries: RetryCounts;
  readonly request: StoredRequest;
  readonly body: RequestBody | null;
  /** Absent where there is no body. */
  readonly upload?: Upload | null | undefined;
  /** Added to the request's own headers (`Range`, `If-Range`). */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether caches must be passed by, so that no stored response answers a range. */
  readonly fresh: boolean;
  readonly signal: AbortSignal;
}

/** The reader of a body. */
export interface BodyReader {
  /** Resolves with the next bytes, or that there are no more; rejects as is said at `Network.fetch`. */
  read(): Promise<ReadableStreamReadResult<Uint8Array>>;
  /** Gives up what is still to come. */
  cancel(): Promise<void>;
}

/** The part of a ReadableStream that the engine needs. */
export interface BodyStream {
  /** Makes the reader; the engine calls this once at most. */
  getReader(): BodyReader;
  cancel(): Promise<void>;
}

/** A response whose head has come, with its body to be read. */
export interface NetworkResponse {
  readonly head: ResponseHead;
  /** null, or without a byte, where the response has none. */
  readonly body: BodyStream | null;
  /** Takes the whole body at once, in the place of its stream; absent where that gains nothing. */
  readonly takeWhole?: () => Promise<HostBytes>;
  readonly coding: ContentCoding;
  /** Whether this host reports a body of this response that ends too early as an error. */
  readonly signalsTruncation: boolean;
  /** Request body bytes that were transmitted, but for those of which `Upload.sent` told. */
  readonly uploaded: number;
  /**
   * Whether many requests share one connection to this server (HTTP/2 and later), as far as the host can tell. Browsers
   * tell it only once a body has been received to its end.
   */
  readonly multiplexed?: boolean | undefined;
}

/** Tells who answers where a request got no response. */
export type Reachability =
  /** A server answers there: that this request got no response is about this request alone. */
  | 'answers'
  /** A server is there, and failed this request in a way that may pass: an edge that it leads to is out, say. */
  | 'falters'
  /** Nobody answers, or the request has not been sent yet: nothing is known about the request itself. */
  | 'silent'
  /** Nobody answers, and no byte of the request has left: it may be sent again whatever it asks for. */
  | 'unsent'
  /** The server answers, and no byte of the request has left. */
  | 'unasked';

/** Sends requests. The host's own headers, credentials and redirects are its business. */
export interface Network {
  /**
   * Fetches, past any service worker and without checking `integrity` (that is done over the stored bytes).
   * Resolves when the response head is there. Rejects with a TypeError for a network error, and with whatever error
   * once the signal is aborted; the body's stream fails in the same two ways.
   */
  fetch(request: NetworkRequest): Promise<NetworkResponse>;
  /**
   * Whether a request is one that must never be sent, although `fetch()` takes it: its record fails at once. Absent where
   * there is no such request.
   */
  blocks?(request: StoredRequest): boolean;
  /** Whether `If-Range` can be sent to this URL without asking the server first (a CORS preflight). */
  sendsIfRange(url: string): boolean;
  /**
   * Finds out whether a server answers where a request got no response, or where one has waited long for it. May send
   * a request of its own, which changes nothing at the server. Resolves, with `silent` once the signal is aborted; it
   * may take for ever before that. Never rejects.
   * @param request the same object that was given to `fetch`, or one with the same members
   * @param error what `fetch` rejected with; undefined where its response is still waited for
   */
  probe(request: NetworkRequest, signal: AbortSignal, error?: unknown): Promise<Reachability>;
  /**
   * Looks whether a server is there for a request that may be sent only once, before it is sent; as `probe` otherwise.
   * Absent where it can't be told.
   * @param id of the background fetch
   */
  reach?(request: StoredRequest, signal: AbortSignal, id: string): Promise<Reachability>;
  /**
   * Gives back bytes that came out of a body: they are stored, and nobody looks at them any more. Absent where memory is
   * left to the garbage collector.
   */
  release?(parts: readonly Uint8Array[]): void;
}

/** The right to use one more connection to an origin. */
export interface Lease {
  /** Gives it back. Does nothing the second time. */
  release(): void;
}

/** Connections to origins, which several engines share: browsers open few to one host, whoever asks. */
export interface Connections {
  /**
   * Resolves with a lease once fewer than `limit` leases for this origin are held, by all engines of this store
   * together. Rejects with the signal's reason if that is aborted before.
   */
  lease(origin: string, limit: number, signal: AbortSignal): Promise<Lease>;
}

/** Tells the time, and waits. */
export interface Clock {
  /** ms since the epoch */
  now(): number;
  /** Calls back after `delay` ms; the result cancels it. */
  setTimer(delay: number, callback: () => void): () => void;
}

/** Tells whether there is a network. */
export interface Connectivity {
  /** Whether the host believes to be online. A hint in both directions. */
  isOnline(): boolean;
  /** Calls back when the host comes back online; the result ends it. */
  onOnline(callback: () => void): () => void;
}

/** Draws random numbers. */
export interface Random {
  /** Draws a number from 0 up to but not including 1. */
  next(): number;
}

/** Whether a body, given in parts, is one that a request's `integrity` allows: see verify-integrity.ts. */
export type VerifyIntegrity = (integrity: string, body: AsyncIterable<Uint8Array>) => Promise<boolean>;

/**
 * The digests of the whole body that its own response names, as the metadata of `integrity`; '' if it names none that
 * can be checked over what is stored of it.
 */
export type PromisedIntegrity = (request: StoredRequest, data: ResponseData | null) => string;

/** Keeps the host running while there is work. */
export interface Lifetime {
  /** Keeps the host awake, as far as it lets us, until `work` settles. */
  keepAwake(work: Promise<unknown>): void;
}

/** Locks that all contexts of the store share, and lose when they die. */
export interface Lock {
  /**
   * Waits for the lock of this name and holds it until what `holder` returns settles. Among everybody who uses the
   * store, one holder at a time has it, while nobody shares it; it is granted in the order of asking. A holder that
   * dies loses it. Rejects if the signal is aborted before that, with whatever error.
   */
  hold<T>(name: string, signal: AbortSignal, holder: () => Promise<T>): Promise<T>;
  /**
   * Shares the lock of this name with others who do, until what `holder` returns settles; then resolves with true.
   * Resolves with false, without a call of `holder`, if somebody holds it alone or waits for that.
   */
  share(name: string, holder: () => Promise<void>): Promise<boolean>;
}

/** A record whose body somebody waits for. */
export interface Wanted {
  readonly key: FetchKey;
  readonly index: number;
}

/** The messages between contexts, as the API needs them. */
export interface ClientAnnouncements {
  /** Tells every context, this one first and at once; the order of calls is kept. */
  publish(snapshot: BackgroundFetchSnapshot): void;
  /** Notes that this context shows this fetch: `publishAndWait` waits for it, too, once it has heard of that. */
  follow(key: FetchKey): void;
  subscribe(listener: (snapshot: BackgroundFetchSnapshot) => void): () => void;
  /**
   * Somebody in this context waits for what comes next of a record's body. A hint: nobody answers it, it may get lost, and
   * it lapses if it is not given again.
   */
  want(wanted: Wanted): void;
}

/** The messages between contexts, as the engine needs them. */
export interface Announcements extends ClientAnnouncements {
  /**
   * Publishes a snapshot, and resolves when every context that shows this fetch has applied it, or soon if one is
   * frozen.
   */
  publishAndWait(snapshot: BackgroundFetchSnapshot): Promise<void>;
  /** Calls back for each `want` of any context, which may name what there is not; the result ends it. */
  onWanted(listener: (wanted: Wanted) => void): () => void;
}

/** The names of the functional events. https://wicg.github.io/background-fetch/#extensions-to-service-worker-global */
export type BackgroundFetchEventName =
  | 'backgroundfetchsuccess'
  | 'backgroundfetchfail'
  | 'backgroundfetchabort'
  | 'backgroundfetchclick';

/** Brings functional events to the app. */
export interface Events {
  /** Dispatches a functional event; resolves when it is no longer active, whether its promises were kept or not. */
  dispatch(name: BackgroundFetchEventName, snapshot: BackgroundFetchSnapshot): Promise<void>;
  /**
   * Resolves once somebody listens to events of this name: an owed one counts as delivered only then. Rejects when
   * nobody will any more. Absent where an event without listeners is handled, as in service workers.
   */
  listened?(name: BackgroundFetchEventName): Promise<void>;
}

/** Shows background fetches to the user. */
export interface Display {
  /** Shows the state of a fetch, under its title and icons, to the user, in whatever way the host has. */
  update(snapshot: BackgroundFetchSnapshot, details: BackgroundFetchDetails): void;
}

/**
 * What is wrong with an answer whose request did not fail. `digest`: its body is not what `integrity`, or its own digest,
 * promises. `short`: it ended before its end. `long`: more came than it said. `stall`: nothing came for too long.
 * `foreign`: it is no answer to what was asked. `media-type`: it says another media type than that of the stored bytes, and
 * that is not accepted.
 */
export type Fault = 'digest' | 'short' | 'long' | 'stall' | 'foreign' | 'media-type';

/** Tells the app's developer what no API reports. */
export interface Log {
  /** Something that the app's developer should know and that no API reports. */
  warn(message: string): void;
  /** Why a record of a background fetch is tried again, or fails; errors of requests are the network's own to tell. */
  fault?(id: string, url: string, fault: Fault): void;
}

/** The ports that the API needs in every context. */
export interface ClientPorts {
  readonly store: ClientStore;
  readonly announcements: ClientAnnouncements;
  readonly clock: Clock;
  readonly random: Random;
  readonly lock: Lock;
  /**
   * Calls back some time after nothing leads to `target` any more, or never; `callback` must not lead to it. Absent
   * where nothing may happen at a moment that nobody can foretell.
   */
  readonly onCollected?: (target: object, callback: () => void) => void;
  /** Absent where what responses say of themselves is not checked. */
  readonly promisedIntegrity?: PromisedIntegrity;
}

/** The ports that the engine needs beside those of the API. */
export interface EnginePorts extends ClientPorts {
  readonly store: Store;
  readonly announcements: Announcements;
  readonly network: Network;
  readonly connectivity: Connectivity;
  /** Absent where no other engine uses the same connections. */
  readonly connections?: Connections;
  readonly lifetime: Lifetime;
  readonly events: Events;
  readonly display: Display;
  readonly log: Log;
  /**
   * Gives up those bytes of fetches that are active, or kept after a failure, that a death has made unreadable, so that
   * their records are completed again; absent where that can't happen. Called by an engine that takes over, before it
   * reads anything.
   */
  readonly mend?: (registration: RegistrationKey) => Promise<void>;
  /** Absent where the host has no hash that takes a body in parts. */
  readonly verifyIntegrity?: VerifyIntegrity;
}

/** The service worker registration behind a BackgroundFetchManager, as its host knows it. */
export interface RegistrationHost {
  /** Whether there is an active worker. */
  hasActiveWorker(): boolean;
  /** Resolves with the registration's key in the store; as this transaction has it, if one that writes is given. */
  key(transaction?: ClientTransaction): Promise<RegistrationKey>;
  /**
   * Resolves when the active worker is known to run an engine, with what it can do.
   * @throws TypeError that says what is missing in the worker
   */
  requireEngine(): Promise<{ readonly integrity: boolean }>;
  /** Tells the engine to look at the store. */
  wake(): void;
  /** Tells it that the user activated what shows a fetch, of which this is the last that is known here. */
  click(snapshot: BackgroundFetchSnapshot): Promise<void>;
  /** The state of the permission "background-fetch", and whether a fetch may start at once. */
  startPolicy(id: string): Promise<'start' | 'start-paused' | 'deny'>;
  /** Why a URL may not be fetched here, null if it may. */
  refusal(url: URL): string | null;
  /**
   * Resolves with the first of these URLs that a policy forbids the caller to fetch, undefined if there is none. Nothing of
   * what is forbidden is sent. Absent where callers have no policies, or where these bind what the engine sends.
   */
  findForbidden?(urls: readonly string[]): Promise<string | undefined>;
  /** The URL of the context that calls `fetch()`: the default referrer. */
  readonly clientUrl: string;
  /**
   * A Request of what the app gave, whose body it takes over; absent where `new Request()` does this.
   * @throws TypeError for a URL that is none
   */
  toRequest?(input: RequestInfo): Request;
}
