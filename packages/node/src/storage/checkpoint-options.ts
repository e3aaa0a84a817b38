import type { EngineOptions } from '@background-fetch/core';

/**
 * The options that suit this store: one checkpoint on its way to the disk leaves it idle half of the time, three keep
 * it busy even for a single connection. Bytes that are received and not yet durable stay within 4 MiB.
 */
export const checkpointOptions = {
  smallestCheckpoint: 1024 * 1024,
  checkpointSize: 1024 * 1024,
  checkpointsAtOnce: 3,
} satisfies Partial<EngineOptions>;
