/** The algorithms of `integrity`. https://www.w3.org/TR/SRI/#cryptographic-hash-functions */
export type HashAlgorithm = 'sha256' | 'sha384' | 'sha512';

/** A hash that is being computed. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

/** A hash that takes its message in parts. */
export type CreateHasher = (algorithm: HashAlgorithm) => Promise<Hasher>;

interface Digest {
  readonly algorithm: HashAlgorithm;
  readonly value: string;
}

const strongestFirst: readonly HashAlgorithm[] = ['sha512', 'sha384', 'sha256'];

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
  const strongest = strongestFirst.find((name) => digests.some(({ algorithm }) => algorithm === name));
  return digests.filter(({ algorithm }) => algorithm === strongest);
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/**
 * Whether a body is one that `integrity` allows. Metadata that names no known algorithm allows everything, as in the
 * specification of SRI.
 */
export async function verifyIntegrity(
  createHasher: CreateHasher,
  integrity: string,
  body: AsyncIterable<Uint8Array>,
): Promise<boolean> {
  const digests = parseIntegrity(integrity);
  const algorithm = digests[0]?.algorithm;
  if (!algorithm) return true;
  const hasher = await createHasher(algorithm);
  for await (const part of body) hasher.update(part);
  const found = toBase64(hasher.digest());
  return digests.some((digest) => digest.value.replace(/=+$/, '') === found.replace(/=+$/, ''));
}
