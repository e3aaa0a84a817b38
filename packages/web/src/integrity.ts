import { verifyIntegrity } from '@background-fetch/core';
import { createSHA256, createSHA384, createSHA512 } from 'hash-wasm';
import { provideIntegrity } from './service-worker/integrity.ts';

const creators = { sha256: createSHA256, sha384: createSHA384, sha512: createSHA512 };

provideIntegrity((integrity, body) =>
  verifyIntegrity(
    async (algorithm) => {
      const hasher = await creators[algorithm]();
      return {
        update: (bytes) => void hasher.update(bytes),
        digest: () => hasher.digest('binary'),
      };
    },
    integrity,
    body,
  ),
);
