import { isActive, isKept, type RegistrationKey, withoutBytes } from '@background-fetch/core';
import type { BodyFiles } from './body-files.ts';
import { column } from './columns.ts';
import type { FiledBytesRow, Statements } from './statements.ts';
import type { Write, WriteTransaction } from './transaction.ts';

/** The rows of a body whose file does not hold them any more. */
interface Loss {
  readonly row: FiledBytesRow;
  /** bytes of the file that can still be read; null if there is no file */
  readonly left: number | null;
}

/**
 * Gives up the bytes of fetches that are active, or kept after a failure, whose file is gone or too short, because
 * somebody other than us changed it: their records are completed again. Bodies of other fetches are left as they are; reading them says what is wrong.
 */
export async function mendBodies(
  reader: Statements,
  write: Write,
  files: BodyFiles,
  registration: RegistrationKey,
): Promise<void> {
  let growing: string[] = [];
  await write(async (transaction) => {
    const fetches = await transaction.listFetches(registration);
    growing = fetches.filter((fetch) => isActive(fetch) || isKept(fetch)).map(({ key }) => key);
  });
  for (const fetch of growing) {
    const losses = await findLosses(reader, files, fetch);
    if (losses.length === 0) continue;
    await write(async (transaction) => {
      for (const loss of losses) await giveUp(transaction, fetch, loss);
    });
  }
}

async function findLosses(reader: Statements, files: BodyFiles, fetch: string): Promise<Loss[]> {
  const sizes = new Map<string, Promise<number | null>>();
  const losses: Loss[] = [];
  for (const row of reader.filedBytes.all([column(fetch)])) {
    const [, , file, lent, start, length] = row;
    const size = sizes.get(file) ?? files.intactSize(file, lent);
    sizes.set(file, size);
    const left = await size;
    if (left === null || left < start + length) losses.push({ row, left });
  }
  return losses;
}

async function giveUp(transaction: WriteTransaction, fetch: string, { row, left }: Loss): Promise<void> {
  const [index, body, , , start, length] = row;
  const record = await transaction.getRecord(fetch, index);
  const lost = { start: Math.max(start, left ?? 0), end: start + length };
  const mended = record && withoutBytes(record, { fetch, index, body }, lost);
  // a request that was uploaded is not sent again: its response stays as it is
  if (!mended) return;
  transaction.putRecord(mended);
  transaction.forgetBytes({ fetch, index, body }, start, lost.start, left === null);
}
