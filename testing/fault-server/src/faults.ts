import { withHost } from './hosts.ts';

const integer = /^\d+$/;
const flag = /^1$/;
const anything = /^/;

/** Every parameter of a resource's URL, and the values it takes. README.md describes them. */
const grammar = {
  size: integer,
  version: integer,
  type: anything,
  content: /^(random|repetitive)$/,
  attempts: anything,
  swap: integer,
  etag: /^(strong|weak|none|same|origin)$/,
  lastmod: /^(\d+|none)$/,
  date: /^none$/,
  length: /^(none|close)$/,
  cache: /^(default|immutable)$/,
  vary: anything,
  ranges: /^(ignore|coded)$/,
  ifrange: /^(ignore|whole)$/,
  contentrange:
    /^(wrong-start|wrong-total|missing|malformed|star|empty|equals|unit|negative|reversed|beyond|huge|letters|no-total|twice)$/,
  partial: /^[1-9]\d*$/,
  partstatus: /^200$/,
  rangestatus: /^[45]\d\d$/,
  unsatisfied: /^(wrong|always|empty|always-empty)$/,
  unasked206: flag,
  cut: integer,
  reset: integer,
  endchunk: integer,
  stall: integer,
  withhold: /^(\d+|none|cut)$/,
  rate: /^[1-9]\d*$/,
  linerate: /^[1-9]\d*$/,
  delay: integer,
  hold: flag,
  drop: /^(fin|reset)$/,
  finat: /^[1-9]\d*$/,
  resetat: /^[1-9]\d*$/,
  pool: anything,
  connections: integer,
  ratelimit: /^[1-9]\d*$/,
  over: /^([45]\d\d|fin|reset|hold)$/,
  linger: integer,
  status: /^[2-5]\d\d$/,
  retryafter: anything,
  redirect: /^(\d+|loop|cross|edges|signed|insecure|file)$/,
  redirectstatus: /^30[12378]$/,
  tokenuses: /^[1-9]\d*$/,
  tokenms: integer,
  encoding: /^(gzip|br|zstd|x-unknown)$/,
  wire: /^(length-(short|long|twice|conflicting|negative|huge)|head-cut|head-end|head-garbage|chunk-malformed)$/,
  cors: /^(none|simple|exposed|huggingface|jsdelivr|s3|gcs|github)$/,
  expose: /^[\w*-]+(,[\w*-]+)*$/,
  rangecors: /^none$/,
  errorcors: /^none$/,
  preflight: /^(ok|refuse)$/,
  uploadcut: integer,
  uploadrate: /^[1-9]\d*$/,
  note: anything,
  // Written by the server into the locations of its redirects.
  hop: /^(\d+|loop)$/,
  of: integer,
  token: anything,
} as const satisfies Record<string, RegExp>;

type FaultName = keyof typeof grammar;

/** What a request is to be answered with: the parameters of its URL, of the control and of its attempt. */
export type Faults = Readonly<Partial<Record<FaultName, string>>>;

/** A test asked for something this server does not know; it is answered with a 400 that says what. */
export class UnknownFault extends Error {
  override name = 'UnknownFault';
}

export function checkFaults(values: Iterable<readonly [string, string]>): Faults {
  const faults: Partial<Record<FaultName, string>> = {};
  for (const [name, value] of values) {
    if (!isFaultName(name)) {
      throw new UnknownFault(`There is no parameter "${name}". Known: ${Object.keys(grammar).join(', ')}.`);
    }
    if (!grammar[name].test(value)) {
      throw new UnknownFault(
        `The parameter "${name}" can't be "${value}"; it has to match ${grammar[name]}.`,
      );
    }
    faults[name] = value;
  }
  return faults;
}

/** The faults of one attempt: those of the URL, overridden by the control's, overridden by `attempts`. */
export function faultsOfAttempt(url: URL, control: Faults, attempt: number): Faults {
  const faults = withHost({ ...checkFaults(url.searchParams), ...control });
  if (faults.attempts === undefined) {
    return faults;
  }
  const items = faults.attempts.split('|');
  const item = items[Math.min(attempt, items.length) - 1] ?? 'ok';
  return { ...faults, ...parseAttempt(item) };
}

function parseAttempt(item: string): Faults {
  // In a query "+" is a space, unless it is escaped.
  const parts = item.split(/[+ ]/).filter((part) => part !== 'ok' && part !== '');
  return checkFaults(
    parts.map((part) => {
      const colon = part.indexOf(':');
      return colon === -1 ? ([part, '1'] as const) : ([part.slice(0, colon), part.slice(colon + 1)] as const);
    }),
  );
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(grammar, name);
}

/** The number a parameter holds, if it is there and holds one. */
export function numberOf(value: string | undefined): number | undefined {
  return value !== undefined && integer.test(value) ? Number(value) : undefined;
}
