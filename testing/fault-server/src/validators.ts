import type { Faults } from './faults.ts';

const defaultAge = 86_400;

/** The validators of one version of a resource, as they are sent. */
export interface Validators {
  etag: string | undefined;
  lastModified: string | undefined;
}

/** Last-Modified stays what it was when the server started, and is one second later per version. */
export function validatorsOf(
  key: string,
  version: number,
  faults: Faults,
  { origin, startedAt }: { origin: string; startedAt: number },
): Validators {
  const age = Number(faults.lastmod ?? defaultAge);
  return {
    etag: etagOf(encodeURIComponent(key), version, faults, origin),
    lastModified:
      faults.lastmod === 'none'
        ? undefined
        : new Date(startedAt - age * 1000 + (version - 1) * 1000).toUTCString(),
  };
}

function etagOf(key: string, version: number, faults: Faults, origin: string): string | undefined {
  switch (faults.etag) {
    case 'none':
      return undefined;
    case 'weak':
      return `W/"${key}-${version}"`;
    case 'same':
      return `"${key}"`;
    case 'origin':
      return `"${key}-${version}-${new URL(origin).port}"`;
    default:
      return `"${key}-${version}"`;
  }
}

/**
 * Whether the Range of a request with this If-Range is to be honoured. Only a strong validator can match.
 *
 * https://httpwg.org/specs/rfc9110.html#field.if-range
 */
export function ifRangeMatches(header: string | undefined, validators: Validators, now: number): boolean {
  if (header === undefined) {
    return true;
  }
  if (header.includes('"')) {
    return !header.startsWith('W/') && header === validators.etag;
  }
  const { lastModified } = validators;
  return lastModified !== undefined && header === lastModified && Date.parse(lastModified) <= now - 1000;
}

/** Whether the client has this version already, so that a 304 answers it. */
export function isNotModified(
  headers: { 'if-none-match'?: string | undefined; 'if-modified-since'?: string | undefined },
  { etag, lastModified }: Validators,
): boolean {
  const known = headers['if-none-match'];
  if (known !== undefined) {
    return etag !== undefined && known.split(',').some((one) => opaque(one) === opaque(etag));
  }
  const since = headers['if-modified-since'];
  return since !== undefined && lastModified !== undefined && Date.parse(lastModified) <= Date.parse(since);
}

function opaque(etag: string): string {
  return etag.trim().replace(/^W\//, '');
}
