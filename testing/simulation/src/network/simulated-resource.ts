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
  /** What ETags begin with. Two places with one content may differ in it. */
  tagPrefix: string;
  /** What decides its bytes, beside the version: its URL if null. */
  contentKey: string | null;
  /** ms since the epoch, of version 0; each version is `versionInterval` later. Null for none. */
  lastModified: number | null;
  /** ms */
  versionInterval: number;
  status: number;
  /** Header fields beside those that follow from the rest. */
  headers: HeaderList;
  /** Names of header fields, in lower case, that a response does not expose. */
  hidden: readonly string[];
  /** Whether no script of another origin may read any of it, or only nothing that is no success. */
  unreadable: 'nothing' | 'errors' | 'all';
  ranges: 'honoured' | 'ignored';
  /** What is said to a range that the plain request is not: a status, or what can't be read. Null for nothing. */
  rangeRefusal: number | 'unreadable' | null;
  /** How parts are sent: some servers say 200, with a `Content-Range` or without. */
  parts: 'as 206' | 'as 200' | 'as bare 200';
  /** The answer to a range that begins where the body ends. */
  beyondEnd: 'unsatisfiable' | 'empty part' | 'unreadable' | number;
  /** `whole`: whatever the condition says, the range is not given. */
  ifRange: 'honoured' | 'ignored' | 'whole';
  /** Whether a request without `Range` gets an encoded body, whose offsets are not the stored ones. */
  encoded: boolean;
  /** Whether ranges are of the encoded body, too. */
  encodesRanges: boolean;
  /** bytes that an encoded body has for each of the plain one, beside the 20 of its header */
  encodedShare: number;
  declaresLength: boolean;
  /** Several: one after the other. */
  redirectTo: string | readonly string[] | null;
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
  tagPrefix: 'version',
  contentKey: null,
  lastModified: null,
  versionInterval: 86_400_000,
  status: 200,
  headers: [],
  hidden: [],
  unreadable: 'nothing',
  ranges: 'honoured',
  rangeRefusal: null,
  parts: 'as 206',
  beyondEnd: 'unsatisfiable',
  ifRange: 'honoured',
  encoded: false,
  encodesRanges: false,
  encodedShare: 0.5,
  declaresLength: true,
  redirectTo: null,
  signsRedirects: false,
  latency: 20,
  chunkSize: 64 * 1024,
  chunkInterval: 1,
};

export function entityTag({ etag, tagPrefix, version }: SimulatedResource): string | null {
  if (etag === 'none') return null;
  // what is weak may stand for two versions
  return etag === 'weak' ? `W/"${tagPrefix}-${version >> 1}"` : `"${tagPrefix}-${version}"`;
}

/** bytes of the encoded body: another number than that of the plain one */
export function encodedSize({ size, encodedShare }: SimulatedResource): number {
  return Math.ceil(size * encodedShare) + 20;
}

export function modificationDate({
  lastModified,
  version,
  versionInterval,
}: SimulatedResource): string | null {
  return lastModified === null ? null : new Date(lastModified + version * versionInterval).toUTCString();
}
