import type { BodyKey } from '../model/record.ts';
import type { Hash, HashAlgorithm, Store } from '../ports.ts';

interface Digest {
  readonly algorithm: HashAlgorithm;
  readonly value: string;
}

const strength: readonly HashAlgorithm[] = ['sha256', 'sha384', 'sha512'];

/** The digests of the strongest algorithm named. https://www.w3.org/TR/SRI/#get-the-strongest-metadata-from-set */
export function parseIntegrity(integrity: string): Digest[] {
  const digests: Digest[] = [];
  for (const token of integrity.split(/[\t\n\f\r ]+/)) {
    const match = /^(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?.*)?$/i.exec(token);
    if (match?.[1] && match[2]) {
      const value = match[2].replace(/-/g, '+').replace(/_/g, '/');
      digests.push({ algorithm: match[1].toLowerCase() as HashAlgorithm, value });
    }
  }
  const strongest = Math.max(...digests.map((digest) => strength.indexOf(digest.algorithm)));
  return digests.filter((digest) => strength.indexOf(digest.algorithm) === strongest);
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/**
 * Whether the stored body is one that `integrity` allows. Reads it from the store in parts, however many attempts
 * it took to get there. Metadata that names no known algorithm allows everything, as in the specification of SRI.
 */
export async function verifyIntegrity(
  integrity: string,
  store: Store,
  hash: Hash,
  body: BodyKey,
  length: number,
): Promise<boolean> {
  const digests = parseIntegrity(integrity);
  const algorithm = digests[0]?.algorithm;
  if (!algorithm) return true;
  const hasher = await hash.create(algorithm);
  for (let position = 0; position < length; ) {
    const bytes = await store.readBytes(body, position, length);
    if (!bytes)
      throw new Error(`Bytes from ${position} on of a body of ${length} are missing from the store`);
    hasher.update(bytes);
    position += bytes.byteLength;
  }
  const found = toBase64(hasher.digest());
  return digests.some((digest) => digest.value.replace(/=+$/, '') === found.replace(/=+$/, ''));
}
