import { ParameterError, Parameters, type ParameterValues, type Position } from './parameters.ts';

/** Everything that can be asked of a resource. README.md documents each by its parameter's name. */
export interface Faults {
  readonly size: number;
  readonly version: number;
  readonly type: string;
  readonly headers: readonly (readonly [name: string, value: string])[];

  readonly etag: string;
  /** Seconds before the version was first seen; undefined: a date of its own per version, a day back. */
  readonly lastModified: number | 'none' | undefined;
  readonly date: number | 'none';
  readonly length: 'exact' | 'none' | 'close' | undefined;

  readonly ranges: 'honour' | 'ignore' | 'none' | 'hidden';
  readonly rangeMax: number | undefined;
  readonly ifRange: 'honour' | 'ignore';
  readonly contentRange: ContentRangeFault;
  readonly unsatisfiable: 'correct' | 'always' | 'missing' | 'wrong-total';
  readonly unasked206: string | undefined;

  readonly cut: Position | 'headers' | undefined;
  readonly reset: Position | undefined;
  readonly stall: Position | undefined;
  readonly drip: number | undefined;
  readonly throttle: number | undefined;
  readonly delay: number | undefined;
  readonly hold: boolean;
  readonly garbage: boolean;

  readonly status: number | undefined;
  readonly retryAfter: string | undefined;

  readonly redirect: number | 'loop' | 'signed' | undefined;
  readonly redirectTo: 'same' | 'cross';
  readonly redirectStatus: number;
  readonly hop: number;
  readonly token: string | undefined;

  readonly encoding: string | undefined;

  readonly cors: 'none' | 'simple' | 'exposed' | 'credentials';
  readonly preflight: 'ok' | 'refuse';

  readonly swap: number | undefined;
  readonly swapAt: Position | undefined;

  readonly uploadCut: Position | undefined;
  readonly uploadReset: Position | undefined;
  readonly uploadStall: Position | undefined;
  readonly uploadRate: number | undefined;
}

export type ContentRangeFault =
  | 'correct'
  | 'wrong-start'
  | 'wrong-end'
  | 'wrong-total'
  | 'missing'
  | 'malformed'
  | 'star';

const CONTENT_RANGE: readonly ContentRangeFault[] = [
  'correct',
  'wrong-start',
  'wrong-end',
  'wrong-total',
  'missing',
  'malformed',
  'star',
];

const NAMES = new Set(
  (
    'size version type etag lastmod date length ranges rangemax ifrange contentrange range416 unasked206 ' +
    'cut reset stall drip throttle delay hold garbage status retry-after ' +
    'redirect redirect-to redirect-status hop token encoding cors preflight swap swapat attempts ' +
    'upload-cut upload-reset upload-stall upload-rate'
  ).split(' '),
);

/** @throws {ParameterError} for a name or value that is not understood; names that start with `_` are free. */
export function readFaults(values: ParameterValues): Faults {
  for (const name of Object.keys(values)) {
    if (NAMES.has(name) || name.startsWith('header.') || name.startsWith('_')) continue;
    throw new ParameterError(
      `Parameter ${name} is not known: README.md lists them; _${name} would be ignored.`,
    );
  }
  const p = new Parameters(values);
  return {
    size: p.integer('size') ?? 65_536,
    version: p.integer('version') ?? 1,
    type: p.text('type') ?? 'application/octet-stream',
    headers: p.under('header.'),
    ...readMetadata(p),
    ...readRanges(p),
    ...readConnection(p),
    ...readAnswer(p),
    swap: p.integer('swap'),
    swapAt: p.position('swapat'),
    uploadCut: p.position('upload-cut'),
    uploadReset: p.position('upload-reset'),
    uploadStall: p.position('upload-stall'),
    uploadRate: rate(p, 'upload-rate'),
  };
}

function readMetadata(p: Parameters) {
  const length = p.choice('length', ['auto', 'exact', 'none', 'close'], 'auto');
  return {
    etag: readEtag(p.text('etag')),
    lastModified: p.text('lastmod') === 'none' ? ('none' as const) : p.integer('lastmod'),
    date: p.text('date') === 'none' ? ('none' as const) : (p.integer('date') ?? 0),
    length: length === 'auto' ? undefined : length,
  };
}

function readEtag(value = 'strong'): string {
  if (['strong', 'weak', 'none', 'same'].includes(value) || /^(W\/)?"[^"]*"$/.test(value)) return value;
  throw new ParameterError(
    `Parameter etag=${value} is not understood: give strong, weak, none, same or a quoted tag.`,
  );
}

function readRanges(p: Parameters) {
  return {
    ranges: p.choice('ranges', ['honour', 'ignore', 'none', 'hidden'], 'honour'),
    rangeMax: p.integer('rangemax'),
    ifRange: p.choice('ifrange', ['honour', 'ignore'], 'honour'),
    contentRange: p.choice('contentrange', CONTENT_RANGE, 'correct'),
    unsatisfiable: p.choice('range416', ['correct', 'always', 'missing', 'wrong-total'], 'correct'),
    unasked206: p.text('unasked206'),
  };
}

function readConnection(p: Parameters) {
  return {
    cut: p.text('cut') === 'headers' ? ('headers' as const) : p.position('cut'),
    reset: p.position('reset'),
    stall: p.position('stall'),
    drip: rate(p, 'drip'),
    throttle: rate(p, 'throttle'),
    delay: p.integer('delay'),
    hold: p.flag('hold'),
    garbage: p.flag('garbage'),
  };
}

function readAnswer(p: Parameters) {
  const redirect = p.text('redirect');
  const named: 'loop' | 'signed' | undefined =
    redirect === 'loop' || redirect === 'signed' ? redirect : undefined;
  return {
    status: p.integer('status'),
    retryAfter: p.text('retry-after'),
    redirect: named ?? (redirect === 'cross' ? 1 : p.integer('redirect')),
    redirectTo: p.choice('redirect-to', ['same', 'cross'], redirect === 'cross' ? 'cross' : 'same'),
    redirectStatus: p.integer('redirect-status') ?? 302,
    hop: p.integer('hop') ?? 0,
    token: p.text('token'),
    encoding: p.text('encoding'),
    cors: p.choice('cors', ['none', 'simple', 'exposed', 'credentials'], 'none'),
    preflight: p.choice('preflight', ['ok', 'refuse'], 'ok'),
  };
}

function rate(p: Parameters, name: string): number | undefined {
  const value = p.integer(name);
  if (value === 0)
    throw new ParameterError(`Parameter ${name}=0 would never send: use stall to stop for good.`);
  return value;
}
