import type { EngineOptions } from './options.ts';
import type { RetryPolicy } from './retry-schedule.ts';

/** The bounds of a number: from 1 on if it is positive, else from 0 on; `Infinity` only where that is said. */
export type NumberKind =
  | 'positive integer'
  | 'positive integer or Infinity'
  | 'positive number or Infinity'
  | 'integer'
  | 'number'
  | 'number or Infinity';

type NumberOf<Options> = {
  [Name in keyof Options as Options[Name] extends number ? Name : never]: NumberKind;
};

const engineNumbers: NumberOf<EngineOptions> = {
  concurrency: 'positive integer',
  connectionsPerOrigin: 'positive integer',
  briskConnectionsPerOrigin: 'positive integer',
  connections: 'positive integer',
  pieceSize: 'positive integer',
  smallestPiece: 'positive integer',
  smallestCheckpoint: 'integer',
  checkpointSize: 'positive integer',
  checkpointsAtOnce: 'positive integer',
  checkpointInterval: 'number',
  awaitedCheckpointInterval: 'number',
  firstCheckpointInterval: 'number',
  keepFailed: 'number or Infinity',
};

const retryNumbers: NumberOf<RetryPolicy> = {
  unansweredRetries: 'integer',
  unansweredWithin: 'number',
  outage: 'number or Infinity',
  firstAnswer: 'number or Infinity',
  fruitlessAttempts: 'positive integer or Infinity',
  firstDelay: 'number',
  longestDelay: 'number',
  longestRetryAfter: 'number or Infinity',
  stallTimeout: 'positive number or Infinity',
  answerTimeout: 'positive number or Infinity',
};

/**
 * Throws where an option is none that an engine can work with: see `checkNumber`.
 * @throws TypeError, RangeError
 */
export function checkOptions(options: EngineOptions): void {
  checkNumbers(options, engineNumbers, '');
  checkNumbers(options.retry, retryNumbers, 'retry.');
  const { mediaTypeChange } = options;
  if (mediaTypeChange === 'accept' || mediaTypeChange === 'refuse') return;
  throw new TypeError(`"mediaTypeChange" has to be "accept" or "refuse", and is ${shown(mediaTypeChange)}`);
}

function checkNumbers(options: object, kinds: Readonly<Record<string, NumberKind>>, prefix: string): void {
  for (const name in kinds) checkNumber(prefix + name, Reflect.get(options, name), kinds[name] as NumberKind);
}

/**
 * Throws where a number is not within its bounds. The message names the option, the value and the bounds.
 * @throws TypeError for what is no number, NaN among them; RangeError for one out of bounds
 */
export function checkNumber(name: string, value: unknown, kind: NumberKind): void {
  const least = kind.startsWith('positive') ? 1 : 0;
  const isWhole = kind.includes('integer');
  const hasEnd = !kind.endsWith('Infinity');
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
