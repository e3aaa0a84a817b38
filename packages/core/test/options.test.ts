import { describe, expect, it, test } from 'vitest';
import { completeOptions, defaultEngineOptions } from '../src/transfer/options.ts';
import { defaultRetryPolicy } from '../src/transfer/retry-schedule.ts';

test('what an app does not set has its default, of the retries, too', () => {
  expect(completeOptions({})).toEqual(defaultEngineOptions);
  expect(completeOptions({ connections: 2, retry: { firstAnswer: 10, outage: 20 } })).toEqual({
    ...defaultEngineOptions,
    connections: 2,
    retry: { ...defaultRetryPolicy, firstAnswer: 10, outage: 20 },
  });
});

test('what an app sets to undefined is left out', () => {
  const nothing = { connections: undefined, connectionsPerOrigin: undefined };
  const given = { ...nothing, retry: { firstDelay: undefined } } as Parameters<typeof completeOptions>[0];
  expect(completeOptions(given)).toEqual(defaultEngineOptions);
  expect(completeOptions({ retry: undefined })).toEqual(defaultEngineOptions);
});

test('a number of connections that an app chose is not exceeded by brisk ones', () => {
  expect(completeOptions({ connectionsPerOrigin: 2 }).briskConnectionsPerOrigin).toBe(2);
  const both = { connectionsPerOrigin: 2, briskConnectionsPerOrigin: 5 };
  expect(completeOptions(both).briskConnectionsPerOrigin).toBe(5);
});

type Given = Parameters<typeof completeOptions>[0];

describe('an option that an engine can’t work with', () => {
  it.each<[object, typeof TypeError | typeof RangeError, string]>([
    [{ concurrency: 0 }, RangeError, '"concurrency" has to be a whole number from 1 on, and is 0'],
    [{ connections: 1.5 }, RangeError, '"connections" has to be a whole number from 1 on, and is 1.5'],
    [{ pieceSize: Infinity }, RangeError, '"pieceSize" has to be a whole number from 1 on, and is Infinity'],
    [{ checkpointSize: '4M' }, TypeError, '"checkpointSize" has to be a whole number from 1 on, and is "4M"'],
    [{ keepFailed: -1 }, RangeError, '"keepFailed" has to be a number from 0 on, or Infinity, and is -1'],
    [{ keepFailed: null }, TypeError, '"keepFailed" has to be a number from 0 on, or Infinity, and is null'],
    [
      { mediaTypeChange: 'never' },
      TypeError,
      '"mediaTypeChange" has to be "accept" or "refuse", and is "never"',
    ],
    [
      { retry: { firstDelay: NaN } },
      TypeError,
      '"retry.firstDelay" has to be a number from 0 on, and is NaN',
    ],
    [
      { retry: { fruitlessAttempts: 0 } },
      RangeError,
      '"retry.fruitlessAttempts" has to be a whole number from 1 on, or Infinity, and is 0',
    ],
    [{ retry: { longestDelay: Infinity } }, RangeError, '"retry.longestDelay" has to be a number from 0 on'],
  ])('is refused: %o', (given, kind, message) => {
    expect(() => completeOptions(given as Given)).toThrow(kind);
    expect(() => completeOptions(given as Given)).toThrow(message);
  });

  it('is one of any name: all numbers are checked', () => {
    const { retry, mediaTypeChange: _, ...numbers } = defaultEngineOptions;
    for (const name in numbers) expect(() => completeOptions({ [name]: NaN })).toThrow(`"${name}"`);
    for (const name in retry)
      expect(() => completeOptions({ retry: { [name]: -1 } })).toThrow(`"retry.${name}"`);
  });

  it('may be without an end where waiting is', () => {
    const retry = {
      outage: Infinity,
      firstAnswer: Infinity,
      fruitlessAttempts: Infinity,
      stallTimeout: Infinity,
    };
    expect(completeOptions({ keepFailed: Infinity, retry }).retry).toMatchObject(retry);
  });
});
