import type { ByteRange, HeaderList } from '@background-fetch/core';

/** What a simulated server has at a URL, and how well it behaves. All of it may be changed at any time. */
export interface SimulatedResource {
  /** bytes */
  size: number;
  /** Another version has other bytes, another ETag, and a later `Last-Modified`. */
  version: number;
  /** Where versions of one size differ; null for everywhere. */
  edited: ByteRange | null;
  etag: 'strong' | 'weak' | 'none';
  /** ms since the epoch, of version 0; each version is `versionInterval` later. Null for none. */
  lastModified: number | null;
  /** ms */
  versionInterval: number;
  status: number;
  /** Header fields beside those that follow from the rest. */
  headers: HeaderList;
  /** Names of header fields, in lower case, that a response does not expose. */
  hidden: readonly string[];
  ranges: 'honoured' | 'ignored';
  ifRange: 'honoured' | 'ignored';
  /** Whether a request without `Range` gets an encoded body, whose offsets are not the stored ones. */
  encoded: boolean;
  declaresLength: boolean;
  redirectTo: string | null;
  /** Whether each redirect leads to another URL, of the same path. */
  signsRedirects: boolean;
  /** ms until the response head */
  latency: number;
  /** bytes */
  chunkSize: number;
  /** ms from one chunk to the next */
  chunkInterval: number;
}

export const ordinaryResource: SimulatedResource = {
  size: 0,
  version: 0,
  edited: null,
  etag: 'strong',
  lastModified: null,
  versionInterval: 86_400_000,
  status: 200,
  headers: [],
  hidden: [],
  ranges: 'honoured',
  ifRange: 'honoured',
  encoded: false,
  declaresLength: true,
  redirectTo: null,
  signsRedirects: false,
  latency: 20,
  chunkSize: 64 * 1024,
  chunkInterval: 1,
};

export function entityTag({ etag, version }: SimulatedResource): string | null {
  if (etag === 'none') return null;
  // what is weak may stand for two versions
  return etag === 'weak' ? `W/"version-${version >> 1}"` : `"version-${version}"`;
}

export function modificationDate({
  lastModified,
  version,
  versionInterval,
}: SimulatedResource): string | null {
  return lastModified === null ? null : new Date(lastModified + version * versionInterval).toUTCString();
}
