import type { BackgroundFetchFailureReason, FetchKey } from './background-fetch.ts';
import type { ByteRange } from './byte-ranges.ts';
import type { HeaderList } from './header-list.ts';

/** A Request's fields at rest. Its body lies beside it in the store. */
export interface StoredRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: HeaderList;
  readonly mode: Request['mode'];
  readonly credentials: Request['credentials'];
  readonly cache: Request['cache'];
  readonly redirect: Request['redirect'];
  /** Resolved where `fetch()` was called: a URL, `''` for none, or `about:client`. */
  readonly referrer: string;
  readonly referrerPolicy: Request['referrerPolicy'];
  readonly integrity: string;
  readonly hasBody: boolean;
}

/** A response without its body. */
export interface ResponseHead {
  /** 0 for an opaque redirect. */
  readonly status: number;
  readonly statusText: string;
  readonly headers: HeaderList;
  readonly url: string;
  readonly type: Response['type'];
  readonly redirected: boolean;
}

/** A range of a record's response body. Each response that replaces another gets a new `body` number. */
export interface BodyKey {
  readonly fetch: FetchKey;
  readonly index: number;
  readonly body: number;
}

/**
 * The relation of stored offsets to those in which a server counts: only with `identity` are they the same. They are
 * `assumed` to be where a range was asked for, which turns codings off, and nothing shows whether the server did
 * that.
 */
export const contentCodings = ['identity', 'assumed', 'encoded', 'unknown'] as const;
/** The relation of a body's stored offsets to those in which its server counts. */
export type ContentCoding = (typeof contentCodings)[number];

/** https://wicg.github.io/background-fetch/#background-fetch-response-concept, and what resuming needs to know. */
export interface ResponseData {
  /** The number of this body among the bodies this record has had. */
  readonly body: number;
  readonly head: ResponseHead;
  /** The time at which the head arrived, by our clock, in ms since the epoch. */
  readonly receivedAt: number;
  readonly coding: ContentCoding;
  /** Complete length of the identity-coded body in bytes, null where nobody said. */
  readonly length: number | null;
  /** False where `length` is what one partial response seemed to promise (its Content-Range was hidden). */
  readonly lengthProven: boolean;
  /** The bytes in the store: sorted, disjoint, never adjacent. */
  readonly stored: readonly ByteRange[];
  /** The number of responses that the stored bytes came from. */
  readonly responses: number;
  /** `unproven`: the last of them has ended, and whether the body ends there is being asked. */
  readonly ended?: 'unproven' | undefined;
}

/** The way in which a record settled. */
export type RecordResult = Exclude<BackgroundFetchFailureReason, ''> | 'success';

/** The counts of the retry rules. They are at rest, so that a death does not start them anew. */
export interface RetryCounts {
  /** Attempts that ended in a network error while the record had never seen a response. */
  readonly unanswered: number;
  /** Consecutive attempts that got the body no further than any before them. */
  readonly fruitless: number;
  /** The most bytes of a body that were ever stored for this record. */
  readonly furthest: number;
  /** Whether any response has been seen. */
  readonly answered: boolean;
}

/** The counts of a record that was never tried. */
export const noRetries: RetryCounts = { unanswered: 0, fruitless: 0, furthest: 0, answered: false };

/** The members that a record has in every state. */
export interface RecordDetails {
  readonly schema: number;
  readonly fetch: FetchKey;
  readonly index: number;
  readonly request: StoredRequest;
  /** Request body bytes transmitted so far. */
  readonly uploaded: number;
  /** The state that the host's network needs to continue an interrupted upload. */
  readonly upload?: string | undefined;
  readonly retries: RetryCounts;
  readonly responseData: ResponseData | null;
  /**
   * A body that was received in part, and whose place was taken by a response that is no success (an expired access, a
   * server in trouble): its bytes stay in the store, so that a later fetch of the same requests can continue it. They
   * do not count among the record's own.
   */
  readonly interrupted?: ResponseData | undefined;
  /**
   * The number of bodies that the record has had, where that is more than these two tell: a body number is never
   * given twice.
   */
  readonly bodies?: number | undefined;
  /**
   * True if the stored bytes were received by an earlier fetch of the same requests: before a body that is whole may
   * be settled, the server has to say that it still has that version.
   */
  readonly unconfirmed?: boolean | undefined;
  /** `void`: the bytes were not what their digest or their length promised, and are of no use to a later fetch. */
  readonly content?: 'void' | undefined;
}

/** A background fetch record at rest. https://wicg.github.io/background-fetch/#background-fetch-record-concept */
export type StoredRecord = RecordDetails &
  (
    | { readonly state: 'waiting' }
    /** A request that must never be sent twice is marked so, durably, before it is sent. */
    | { readonly state: 'transferring' }
    /** The next attempt may start at `until`, ms since the epoch. */
    | { readonly state: 'backing-off'; readonly until: number }
    /** Nobody has answered at the origin since then, in ms since the epoch; absent where the host itself was offline. */
    | { readonly state: 'offline'; readonly since?: number | undefined }
    | { readonly state: 'settled'; readonly result: RecordResult }
  );

/** A record that is not settled. */
export type UnsettledRecord = Exclude<StoredRecord, { state: 'settled' }>;
/** A record that is settled: it never changes. */
export type SettledRecord = Extract<StoredRecord, { state: 'settled' }>;

/**
 * Whether a response may be given to the app. https://wicg.github.io/background-fetch/#background-fetch-response-exposed
 * Not one that another may take the place of within a moment: where no range tells the end of a body, all of it comes
 * again.
 */
export function mayBeExposed(record: StoredRecord): boolean {
  if (record.state !== 'settled') return record.responseData?.ended !== 'unproven';
  return record.result === 'success' || record.result === 'bad-status';
}
