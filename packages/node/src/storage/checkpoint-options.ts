import type { EngineOptions } from '@background-fetch/core';

/**
 * What suits this store: two checkpoints on their way to the disk keep it busy, one leaves it idle half of the time
 * (measured: 1 GiB twice as fast), and more gain nothing. What is received and not yet durable stays below 4 MiB.
 */
export const checkpointOptions = {
  smallestCheckpoint: 1024 * 1024,
  checkpointSize: 1280 * 1024,
  checkpointsAtOnce: 2,
} satisfies Partial<EngineOptions>;
