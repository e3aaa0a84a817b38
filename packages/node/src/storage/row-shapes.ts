import {
  backgroundFetchFailureReasons,
  backgroundFetchResults,
  contentCodings,
  type HeaderList,
} from '@background-fetch/core';

// The guards are written by hand, and not with the library of the daemon's schemas: rows are checked on each read,
// and decoding them took 1.2 to 1.9 times as long with it. Their types are compared with the core's in
// row-shapes.types.ts.

/** Whether a value read from the store is what it has to be. */
type Is<T> = (value: unknown) => value is T;

/** A check whose type is known to whoever writes it. */
function that<T>(check: (value: unknown) => boolean): Is<T> {
  return check as Is<T>;
}

/** The type that a guard lets through. */
export type Guarded<Guard> = Guard extends (value: unknown) => value is infer T ? T : never;

type Members = Readonly<Record<string, Is<unknown>>>;
type OptionalNames<M extends Members> = {
  [Name in keyof M]: undefined extends Guarded<M[Name]> ? Name : never;
}[keyof M];
type Shape<M extends Members> = {
  readonly [Name in Exclude<keyof M, OptionalNames<M>>]: Guarded<M[Name]>;
} & {
  readonly [Name in OptionalNames<M>]?: Guarded<M[Name]>;
};

const text = that<string>((value) => typeof value === 'string');
const flag = that<boolean>((value) => typeof value === 'boolean');
const number = that<number>(Number.isFinite);
const count = that<number>((value) => Number.isSafeInteger(value) && (value as number) >= 0);

function oneOf<const T>(...values: readonly T[]): Is<T> {
  const known = new Set<unknown>(values);
  return that((value) => known.has(value));
}

function optional<T>(is: Is<T>): Is<T | undefined> {
  return that((value) => value === undefined || is(value));
}

function orNull<T>(is: Is<T>): Is<T | null> {
  return that((value) => value === null || is(value));
}

function listOf<T>(is: Is<T>): Is<readonly T[]> {
  return that((value) => Array.isArray(value) && value.every(is));
}

/** An object with these members; it may have others. */
function shape<const M extends Members>(members: M): Is<Shape<M>> {
  const checks = Object.entries(members);
  return that(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      checks.every(([name, is]) => is((value as Record<string, unknown>)[name])),
  );
}

/** A guard for one of several shapes, told apart by the member `state`. */
function byState<const S extends Members>(
  states: S,
): Is<{ [Name in keyof S]: { readonly state: Name } & Guarded<S[Name]> }[keyof S]> {
  return that((value) => {
    const { state } = (value ?? {}) as { state?: unknown };
    return typeof state === 'string' && Object.hasOwn(states, state) && (states[state] as Is<unknown>)(value);
  });
}

function both<A, B>(first: Is<A>, second: Is<B>): Is<A & B> {
  return that((value) => first(value) && second(value));
}

const url = that<string>((value) => typeof value === 'string' && URL.canParse(value));
const nothingElse = that<unknown>(() => true);

const headerList = that<HeaderList>(
  (value) =>
    Array.isArray(value) &&
    value.every(
      (pair) =>
        Array.isArray(pair) &&
        pair.length === 2 &&
        /^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(pair[0]) &&
        typeof pair[1] === 'string' &&
        !/[\0\r\n\u0100-\uffff]/.test(pair[1]),
    ),
);

const endResults = backgroundFetchResults.filter((result) => result !== '');
const failures = backgroundFetchFailureReasons.filter((reason) => reason !== '');
const failureReason = oneOf(...backgroundFetchFailureReasons);
const activeFetch = shape({ failureReason });

/** Whether a value is the row of a background fetch. */
export const isFetchRow = both(
  shape({
    schema: count,
    key: text,
    registration: text,
    id: text,
    order: number,
    title: text,
    icons: listOf(shape({ src: text, sizes: optional(text), type: optional(text), label: optional(text) })),
    downloadTotal: number,
    uploadTotal: number,
    recordCount: count,
    pauses: optional(count),
  }),
  byState({
    active: activeFetch,
    paused: activeFetch,
    aborting: nothingElse,
    released: shape({ keptUntil: optional(number) }),
    'event-owed': shape({
      result: oneOf(...endResults),
      failureReason,
      deliveries: count,
      lastDelivery: number,
    }),
  }),
);

/** 0 is that of an opaque redirect; those below 200 never are the last word. */
const status = that<number>((value) => value === 0 || (count(value) && value > 199 && value < 1000));

const byteRange = shape({ start: count, end: count });

const byteRanges = that<readonly Guarded<typeof byteRange>[]>((value) => {
  let before = 0;
  return listOf(
    that((range) => {
      if (!byteRange(range) || range.start < before || range.end <= range.start) return false;
      before = range.end;
      return true;
    }),
  )(value);
});

const responseData = shape({
  body: count,
  receivedAt: number,
  coding: oneOf(...contentCodings),
  length: orNull(count),
  lengthProven: flag,
  responses: count,
  stored: byteRanges,
  ended: optional(oneOf('unproven')),
  head: shape({
    status,
    statusText: text,
    headers: headerList,
    url: text,
    redirected: flag,
    type: oneOf('basic', 'cors', 'default', 'error', 'opaque', 'opaqueredirect'),
  }),
});

/** A record without its request. */
export const isRecordRow = both(
  shape({
    schema: count,
    fetch: text,
    index: count,
    uploaded: number,
    upload: optional(text),
    retries: shape({ unanswered: count, fruitless: count, furthest: count, answered: flag }),
    responseData: orNull(responseData),
    interrupted: optional(responseData),
    bodies: optional(count),
    unconfirmed: optional(flag),
    content: optional(oneOf('void')),
  }),
  byState({
    waiting: nothingElse,
    transferring: nothingElse,
    offline: shape({ since: optional(number) }),
    'backing-off': shape({ until: number }),
    settled: shape({ result: oneOf('success', ...failures) }),
  }),
);

/** Whether a value is the row of a request. */
export const isRequestRow = shape({
  url,
  method: that<string>((value) => /^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(value as string) && text(value)),
  headers: headerList,
  mode: oneOf('cors', 'no-cors', 'same-origin', 'navigate'),
  credentials: oneOf('omit', 'same-origin', 'include'),
  cache: oneOf('default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'),
  redirect: oneOf('follow', 'error', 'manual'),
  referrer: that<string>((value) => value === '' || value === 'about:client' || url(value)),
  referrerPolicy: oneOf(
    '',
    'no-referrer',
    'no-referrer-when-downgrade',
    'same-origin',
    'origin',
    'strict-origin',
    'origin-when-cross-origin',
    'strict-origin-when-cross-origin',
    'unsafe-url',
  ),
  integrity: text,
  hasBody: flag,
});
