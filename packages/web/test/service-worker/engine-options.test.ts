import { defaultRetryPolicy } from '@background-fetch/core';
import { expect, it } from 'vitest';
import { completeRetries } from '../../src/service-worker/engine-options.ts';

it('keeps the defaults of the retries that an app does not set', () => {
  expect(completeRetries({ connections: 2, retry: { firstAnswer: 10, outage: 20 } })).toEqual({
    connections: 2,
    retry: { ...defaultRetryPolicy, firstAnswer: 10, outage: 20 },
  });
  expect(completeRetries({})).toEqual({ retry: defaultRetryPolicy });
});
