import { defaultRetryPolicy, type EngineOptions, type RetryPolicy } from '@background-fetch/core';

/** What an app may set of an engine; everything it leaves out, of the retries too, keeps its default. */
export type GivenEngineOptions = Partial<Omit<EngineOptions, 'retry'>> & {
  readonly retry?: Partial<RetryPolicy>;
};

/** With the whole of the retry policy. */
export function completeRetries({ retry, ...others }: GivenEngineOptions): Partial<EngineOptions> {
  return { ...others, retry: { ...defaultRetryPolicy, ...retry } };
}
