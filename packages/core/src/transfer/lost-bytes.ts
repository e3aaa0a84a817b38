import type { BodyKey, StoredRecord } from '../model/record.ts';
import { isRetryableMethod } from './retry-schedule.ts';

/**
 * The record of a body of which some bytes turned out to be unreadable: they are missing again, and a record that was
 * settled has to be completed once more. Null where that is not possible: what was uploaded is never sent again.
 */
export function withoutBytes(
  record: StoredRecord,
  { body }: BodyKey,
  lost: { readonly start: number; readonly end: number },
): StoredRecord | null {
  const { responseData } = record;
  if (responseData?.body !== body || !isRetryableMethod(record.request.method)) return null;
  const stored = responseData.stored.flatMap((range) => [
    { start: range.start, end: Math.min(range.end, lost.start) },
    { start: Math.max(range.start, lost.end), end: range.end },
  ]);
  const left = { ...responseData, stored: stored.filter(({ start, end }) => start < end) };
  return { ...record, responseData: left, state: 'waiting' };
}
