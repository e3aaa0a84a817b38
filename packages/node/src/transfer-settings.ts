import {
  completeOptions,
  defaultEngineOptions,
  type EngineStrategies,
  RecordPool,
  type RetryPolicy,
} from '@background-fetch/core';
import type { ConnectionSettings } from './network/transport.ts';

/** When failed attempts are repeated, where nothing else is said. */
export const defaultRetryPolicy: RetryPolicy = defaultEngineOptions.retry;

/** How one background fetch is transferred, where that is not how its engine transfers all. */
export interface TransferSettings {
  /** Requests of this background fetch that transfer at a time, whatever others do. */
  readonly concurrency?: number | undefined;
  /** Connections over which one large file comes. */
  readonly connections?: number | undefined;
  /** When failed attempts are repeated; what is left out is as for all. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** What is made of an answer, when a body is continued, that says another media type than the one before. */
  readonly mediaTypeChange?: 'accept' | 'refuse' | undefined;
  /** bytes per second of all its requests together, in both directions */
  readonly limitRate?: number | undefined;
  /**
   * Whether bodies that have a content coding (gzip, say) are stored decoded, as `fetch()` gives them; true by default. False:
   * they are stored as they were sent, which is what published digests are of.
   */
  readonly decode?: boolean | undefined;
  /** Proxies, authorities and certificates of its requests. */
  readonly connection?: ConnectionSettings | undefined;
}

/**
 * Gives the settings of a background fetch: asked at once, without a promise, each time it begins or goes on, and by
 * `revalidate()` for one that does not. One whose settings are wrong, or that makes this throw, waits for a minute, and `log` is
 * told why; others go on.
 */
export type TransferSettingsOf = (fetchId: string) => TransferSettings | undefined;

/** Performs each background fetch by its own settings. */
export function adaptBy(settingsOf: TransferSettingsOf): NonNullable<EngineStrategies['adapt']> {
  return (workshop, { id }) => {
    const { concurrency, connections, retry, mediaTypeChange } = settingsOf(id) ?? {};
    const { options } = workshop;
    return {
      ...workshop,
      pool: concurrency === undefined ? workshop.pool : new RecordPool(concurrency),
      options: {
        ...options,
        ...completeOptions({
          ...options,
          connections: connections ?? options.connections,
          mediaTypeChange: mediaTypeChange ?? options.mediaTypeChange,
          retry: { ...options.retry, ...retry },
        }),
      },
    };
  };
}
