import type { ByteRange, ResponseData, StoredRecord } from '@background-fetch/core';
import type { MemoryDisk } from '../store/memory-disk.ts';
import { bodyKeyOf } from '../store/memory-transaction.ts';

/** What is on a disk of a record's body. */
export function storedChunks(
  disk: MemoryDisk,
  { fetch, index }: StoredRecord,
  body: number,
): ReadonlyMap<number, Uint8Array> {
  return disk.bytes.get(bodyKeyOf({ fetch, index, body }))?.chunks ?? new Map();
}

/** The bytes that a record counts as its body's; null if they are not all there, or not from its start on. */
export function storedBody(disk: MemoryDisk, record: StoredRecord, data: ResponseData): Uint8Array | null {
  const end = data.stored[0]?.end ?? 0;
  const body = new Uint8Array(end);
  let position = 0;
  const chunks = storedChunks(disk, record, data.body);
  while (position < end) {
    const chunk = chunks.get(position);
    if (!chunk) return null;
    body.set(chunk.subarray(0, end - position), position);
    position += chunk.length;
  }
  const startsAtZero = data.stored.length === 0 || (data.stored.length === 1 && data.stored[0]?.start === 0);
  return startsAtZero ? body : null;
}

/** The ranges that chunks cover, joined. */
export function coveredRanges(chunks: ReadonlyMap<number, Uint8Array>): ByteRange[] {
  const ranges: ByteRange[] = [];
  const sorted = [...chunks].sort(([a], [b]) => a - b);
  for (const [start, chunk] of sorted) {
    const last = ranges.at(-1);
    const end = start + chunk.length;
    if (last && last.end === start) ranges[ranges.length - 1] = { start: last.start, end };
    else ranges.push({ start, end });
  }
  return ranges;
}

/** bytes that a record counts as stored */
export function countStored(data: ResponseData | null | undefined): number {
  return (data?.stored ?? []).reduce((sum, { start, end }) => sum + end - start, 0);
}
