/** Whether a value read from the store is what it has to be. */
type Is = (value: unknown) => boolean;

const text: Is = (value) => typeof value === 'string';
const flag: Is = (value) => typeof value === 'boolean';
const number: Is = (value) => Number.isFinite(value);
const count: Is = (value) => Number.isSafeInteger(value) && (value as number) >= 0;

function oneOf(...values: readonly unknown[]): Is {
  const known = new Set(values);
  return (value) => known.has(value);
}

function optional(is: Is): Is {
  return (value) => value === undefined || is(value);
}

function orNull(is: Is): Is {
  return (value) => value === null || is(value);
}

function listOf(is: Is): Is {
  return (value) => Array.isArray(value) && value.every(is);
}

/** An object with these members; it may have others. */
function shape(members: Readonly<Record<string, Is>>): Is {
  const checks = Object.entries(members);
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    checks.every(([name, is]) => is((value as Record<string, unknown>)[name]));
}

/** One of several shapes, told apart by the member `state`. */
function byState(states: Readonly<Record<string, Is>>): Is {
  return (value) => {
    const { state } = (value ?? {}) as { state?: unknown };
    return typeof state === 'string' && Object.hasOwn(states, state) && (states[state] as Is)(value);
  };
}

function both(first: Is, second: Is): Is {
  return (value) => first(value) && second(value);
}

const url: Is = (value) => typeof value === 'string' && URL.canParse(value);
const anything: Is = () => true;

const headerList: Is = (value) =>
  Array.isArray(value) &&
  value.every(
    (pair) =>
      Array.isArray(pair) &&
      pair.length === 2 &&
      /^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(pair[0]) &&
      typeof pair[1] === 'string' &&
      !/[\0\r\n\u0100-\uffff]/.test(pair[1]),
  );

const failures = ['aborted', 'bad-status', 'fetch-error', 'quota-exceeded', 'download-total-exceeded'];
const failureReason = oneOf('', ...failures);
const activeFetch = shape({ failureReason });

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
    aborting: anything,
    released: shape({ keptUntil: optional(number) }),
    'event-owed': shape({
      result: oneOf('success', 'failure'),
      failureReason,
      deliveries: count,
      lastDelivery: number,
    }),
  }),
);

/** 0 is that of an opaque redirect; those below 200 never are the last word. */
const status: Is = (value) =>
  value === 0 || (count(value) && (value as number) > 199 && (value as number) < 1000);

const byteRanges: Is = (value) => {
  let before = 0;
  return listOf((range) => {
    const { start, end } = (range ?? {}) as { start?: unknown; end?: unknown };
    const follows =
      count(start) && count(end) && (start as number) >= before && (end as number) > (start as number);
    before = end as number;
    return follows;
  })(value);
};

const responseData = shape({
  body: count,
  receivedAt: number,
  coding: oneOf('identity', 'assumed', 'encoded', 'unknown'),
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
    waiting: anything,
    transferring: anything,
    offline: anything,
    'backing-off': shape({ until: number }),
    settled: shape({ result: oneOf('success', ...failures) }),
  }),
);

export const isRequestRow = shape({
  url,
  method: (value) => /^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(value as string) && text(value),
  headers: headerList,
  mode: oneOf('cors', 'no-cors', 'same-origin', 'navigate'),
  credentials: oneOf('omit', 'same-origin', 'include'),
  cache: oneOf('default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'),
  redirect: oneOf('follow', 'error', 'manual'),
  referrer: (value) => value === '' || value === 'about:client' || url(value),
  referrerPolicy: oneOf(
    ...['', 'no-referrer', 'no-referrer-when-downgrade', 'same-origin', 'origin', 'strict-origin'],
    ...['origin-when-cross-origin', 'strict-origin-when-cross-origin', 'unsafe-url'],
  ),
  integrity: text,
  hasBody: flag,
});
