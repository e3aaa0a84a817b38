import { createSHA256, createSHA384, createSHA512 } from 'hash-wasm';
import { provideHash } from './service-worker/hash.ts';

const creators = { sha256: createSHA256, sha384: createSHA384, sha512: createSHA512 };

provideHash({
  async create(algorithm) {
    const hasher = await creators[algorithm]();
    return {
      update: (bytes) => void hasher.update(bytes),
      digest: () => hasher.digest('binary'),
    };
  },
});
