import { storeContract } from '@background-fetch/testing-contracts';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { givenStoreUnderTest } from './given.ts';

storeContract(
  'SQLite and files',
  givenStoreUnderTest,
  { describe, it, beforeEach, afterEach },
  { failures: true, blobs: false, stages: true, mends: true },
);
