import { stat } from 'node:fs/promises';
import type { BodyKey } from '@background-fetch/core';
import type { LentBody } from '../engine-store.ts';
import { type BodyFiles, stampOf } from './body-files.ts';
import { keyOf } from './columns.ts';
import { DamagedStoreError, isMissing } from './errors.ts';
import type { BytesRow, Statements } from './statements.ts';
import type { Write } from './transaction.ts';

/**
 * Gives a settled body away as it is, null if it is no longer stored. Its file is marked: if somebody changes it
 * through another name, readers of the record are told so and don't get the changed bytes.
 */
export async function lendBody(
  reader: Statements,
  write: Write,
  files: BodyFiles,
  body: BodyKey,
  length: number,
): Promise<LentBody | null> {
  const key = keyOf(body);
  const [start, size, data] = reader.findBytes.get([...key, 0]) ?? [];
  // most small bodies are one row in the database
  if (start === 0 && size === length && data) return { kind: 'bytes', bytes: data };
  const rows = reader.listBytes.all(key);
  const [file, lent] = reader.getFile.get(key) ?? [];
  if (length > 0 && rows.length === 0) return null;
  requireWhole(rows, body, length);
  if (file === undefined)
    return { kind: 'bytes', bytes: Buffer.concat(rows.map(([, , data]) => data ?? Buffer.alloc(0))) };
  const path = files.path(file);
  try {
    if (!lent) {
      // the first bytes of a slow body may have come one by one, and lie in the database
      for (const [start, , data] of rows) if (data) files.release(await files.write(file, start, [data]));
      await files.cut(file, length);
      await files.sync(file);
      const stamp = stampOf(await stat(path, { bigint: true }));
      await write(async (transaction) => transaction.lend(body, file, stamp));
    }
    const size = await files.intactSize(file, lent ?? null);
    if (size === null && !lent) return null;
    if (size !== length) throw unusable(body, size);
    // the next start removes a file that a crash leaves under the second name
    const secondName = files.path(files.newName());
    return { kind: 'file', path, elsewhere: (await stat(path)).nlink > 1, secondName };
  } catch (error) {
    if (isMissing(error) && reader.getFile.get(key) === undefined) return null;
    if (isMissing(error)) throw unusable(body, null, error);
    throw error;
  }
}

function requireWhole(rows: readonly BytesRow[], body: BodyKey, length: number): void {
  let end = 0;
  for (const [start, size] of rows) if (start === end) end += size;
  if (end !== length) throw unusable(body, end);
}

function unusable({ index }: BodyKey, found: number | null, cause?: unknown): DamagedStoreError {
  const state = found === null ? 'gone, or changed since it was saved' : `there with ${found} bytes only`;
  return new DamagedStoreError(
    `The stored body of record ${index} can't be saved: its file is ${state}. Something other than background-fetch ` +
      'has changed it. Fetch the resource again; everything else in the store is intact.',
    cause === undefined ? {} : { cause },
  );
}
