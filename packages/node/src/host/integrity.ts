import { createHash } from 'node:crypto';
import { type CreateHasher, type VerifyIntegrity, verifyIntegrity } from '@background-fetch/core';

const createHasher: CreateHasher = async (algorithm) => {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
};

/** Checks `integrity` with Node's hashes. */
export const verify: VerifyIntegrity = (integrity, body) => verifyIntegrity(createHasher, integrity, body);
