import type { ByteRange } from '@background-fetch/core';
import { hashText, mix } from '../host/seeded-random.ts';

/** The bytes of a resource from `start` up to `end`: a function of its key, version and their offsets alone. */
export function contentBytes(
  key: string,
  version: number,
  start: number,
  end: number,
): Uint8Array<ArrayBuffer> {
  const seed = hashText(`${key}#${version}`);
  const bytes = new Uint8Array(Math.max(0, end - start));
  for (let i = 0; i < bytes.length; i++) bytes[i] = mix(seed + Math.imul(start + i, 0x9e3779b1));
  return bytes;
}

/** A whole body whose versions differ within `edited` alone. */
export function editedContent(
  key: string,
  version: number,
  size: number,
  edited: ByteRange,
): Uint8Array<ArrayBuffer> {
  const bytes = contentBytes(key, 0, 0, size);
  const end = Math.min(edited.end, size);
  if (edited.start < end) bytes.set(contentBytes(key, version, edited.start, end), edited.start);
  return bytes;
}
