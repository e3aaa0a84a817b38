import { withoutLengths } from '../model/header-list.ts';
import type { ResponseHead, UnsettledRecord } from '../model/record.ts';

/** A body assembled from our own ranges is shown as the 200 it stands for. */
export function asWhole(head: ResponseHead): ResponseHead {
  return { ...head, status: 200, statusText: 'OK', headers: withoutLengths(head.headers) };
}

/** The record with one more response that its body comes from, and the length of the whole if that is news. */
export function continued(
  record: UnsettledRecord,
  completeLength: number | null,
  shown: boolean,
): UnsettledRecord {
  const data = record.responseData;
  if (!data) return record;
  const length = data.length ?? completeLength;
  const lengthProven = (data.length !== null && data.lengthProven) || (completeLength !== null && shown);
  return {
    ...record,
    responseData: { ...data, length, lengthProven, responses: data.responses + 1, ended: undefined },
  };
}

/** Joins parts into one array of `length` bytes. */
export async function joinBytes(parts: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let position = 0;
  for await (const part of parts) {
    bytes.set(part, position);
    position += part.byteLength;
  }
  return bytes;
}
