import { getHeader, type PromisedIntegrity } from '@background-fetch/core';
import { type Dictionary, parseDictionary } from 'structured-headers';

/** Algorithms of RFC 9530 that a body can be trusted by, and what `integrity` calls them. */
const algorithms = { 'sha-512': 'sha512', 'sha-256': 'sha256' };

/**
 * The digests of a body in `Repr-Digest`, or else `Content-Digest`. Only a 200 that answers a GET has the whole
 * representation as its content, and only without a coding are these the stored bytes.
 * https://www.rfc-editor.org/rfc/rfc9530
 */
export const promisedIntegrity: PromisedIntegrity = ({ method }, data) => {
  if (method !== 'GET' || data?.head.status !== 200 || data.coding !== 'identity') return '';
  for (const name of ['repr-digest', 'content-digest']) {
    const digests = digestsOf(getHeader(data.head.headers, name) ?? '');
    if (digests !== '') return digests;
  }
  return '';
};

function digestsOf(field: string): string {
  const dictionary = parse(field);
  const found = Object.entries(algorithms).flatMap(([algorithm, name]) => {
    const [value] = dictionary?.get(algorithm) ?? [];
    return value instanceof ArrayBuffer ? [`${name}-${Buffer.from(value).toString('base64')}`] : [];
  });
  return found.join(' ');
}

/** A field that is malformed says nothing. */
function parse(field: string): Dictionary | undefined {
  try {
    return parseDictionary(field);
  } catch {
    return undefined;
  }
}
