import type { BodyKey } from '@background-fetch/core';

/** A text as a column that compares exactly and can hold any text: docs/discoveries.md#texts-that-sqlite-cant-hold */
export function column(text: string): string {
  return JSON.stringify(text);
}

/** The columns that identify a body in a row. */
export type BodyColumns = readonly [fetch: string, index: number, body: number];

/** The columns of a body's key. */
export function keyOf({ fetch, index, body }: BodyKey): BodyColumns {
  return [column(fetch), index, body];
}
