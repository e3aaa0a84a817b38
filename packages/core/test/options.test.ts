import { expect, test } from 'vitest';
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
