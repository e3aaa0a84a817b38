import { randomBytes } from 'node:crypto';
import type { Random } from '@background-fetch/core';

/** The random port. */
export const random: Random = {
  next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};
