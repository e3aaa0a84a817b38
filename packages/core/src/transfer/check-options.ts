import type { EngineOptions } from './options.ts';
import type { RetryPolicy } from './retry-schedule.ts';

/** What a number may be: `+` from 1 on, `0` from 0 on; `#` whole; `…` without an end, `Infinity` among them. */
type Bounds = '+#' | '0#' | '+#…' | '0' | '+' | '0…' | '+…';

type NumberOf<Options> = { [Name in keyof Options as Options[Name] extends number ? Name : never]: Bounds };

const engineBounds: NumberOf<EngineOptions> = {
  concurrency: '+#',
  connectionsPerOrigin: '+#',
  briskConnectionsPerOrigin: '+#',
  connections: '+#',
  pieceSize: '+#',
  smallestPiece: '+#',
  smallestCheckpoint: '0#',
  checkpointSize: '+#',
  checkpointsAtOnce: '+#',
  checkpointInterval: '0',
  awaitedCheckpointInterval: '0',
  firstCheckpointInterval: '0',
  keepFailed: '0…',
};

const retryBounds: NumberOf<RetryPolicy> = {
  unansweredRetries: '0#',
  unansweredWithin: '0',
  outage: '0…',
  firstAnswer: '0…',
  fruitlessAttempts: '+#…',
  firstDelay: '0',
  longestDelay: '0',
  longestRetryAfter: '0…',
  stallTimeout: '+…',
  answerTimeout: '+…',
};

/**
 * Throws where an option is none that an engine can work with: see `checkNumber`.
 * @throws TypeError, RangeError
 */
export function checkOptions(options: EngineOptions): void {
  checkNumbers(options, engineBounds, '');
  checkNumbers(options.retry, retryBounds, 'retry.');
  const { mediaTypeChange } = options;
  if (mediaTypeChange === 'accept' || mediaTypeChange === 'refuse') return;
  throw new TypeError(`"mediaTypeChange" has to be "accept" or "refuse", and is ${shown(mediaTypeChange)}`);
}

function checkNumbers(options: object, bounds: Readonly<Record<string, Bounds>>, prefix: string): void {
  for (const name in bounds) checkNumber(prefix + name, Reflect.get(options, name), bounds[name] as Bounds);
}

/**
 * Throws where a number is not within its bounds. The message names the option, the value and the bounds.
 * @throws TypeError for what is no number, NaN among them; RangeError for one out of bounds
 */
export function checkNumber(name: string, value: unknown, bounds: Bounds): void {
  const least = bounds.startsWith('+') ? 1 : 0;
  const isWhole = bounds.includes('#');
  const hasEnd = !bounds.includes('…');
  const isNumber = typeof value === 'number' && !Number.isNaN(value);
  const isFitting = value === Number.POSITIVE_INFINITY ? !hasEnd : !isWhole || Number.isSafeInteger(value);
  if (isNumber && isFitting && value >= least) return;
  const expected = `a ${isWhole ? 'whole ' : ''}number from ${least} on${hasEnd ? '' : ', or Infinity'}`;
  const message = `"${name}" has to be ${expected}, and is ${shown(value)}`;
  throw isNumber ? new RangeError(message) : new TypeError(message);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
