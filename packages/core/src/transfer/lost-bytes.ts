import type { BodyKey, ResponseData, StoredRecord } from '../model/record.ts';
import { isRetryableMethod } from './retry-schedule.ts';

interface Lost {
  readonly start: number;
  readonly end: number;
}

/**
 * The record of a body of which some bytes turned out to be unreadable: they are missing again, and a record that was
 * settled has to be completed once more. Null where that is not possible: what was uploaded is never sent again.
 */
export function withoutBytes(record: StoredRecord, { body }: BodyKey, lost: Lost): StoredRecord | null {
  const { responseData, interrupted } = record;
  if (interrupted?.body === body) return { ...record, interrupted: without(interrupted, lost) };
  if (responseData?.body !== body || !isRetryableMethod(record.request.method)) return null;
  return { ...record, responseData: without(responseData, lost), state: 'waiting' };
}

function without(data: ResponseData, lost: Lost): ResponseData {
  const stored = data.stored.flatMap((range) => [
    { start: range.start, end: Math.min(range.end, lost.start) },
    { start: Math.max(range.start, lost.end), end: range.end },
  ]);
  return { ...data, stored: stored.filter(({ start, end }) => start < end) };
}
