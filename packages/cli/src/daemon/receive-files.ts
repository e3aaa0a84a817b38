import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BackgroundFetchRegistration,
  conditionOf,
  getHeader,
  type StoredRecord,
} from '@background-fetch/node';
import { storedBytes } from './describe-fetch.ts';
import { nameOfResponse } from './file-name.ts';
import { forEachAtATime } from './for-each-at-a-time.ts';
import type { FileOutcome } from './kept-fetch.ts';

/** files at a time: each waits for the disk more than for anything else */
const atATime = 8;

export type SaveRecord = (
  record: Awaited<ReturnType<BackgroundFetchRegistration['matchAll']>>[number],
  path: string,
  options: { overwrite: boolean },
) => Promise<void>;

/**
 * Takes the bodies of a fetch that has ended out of the engine's store, each to `directory` under `nameOf(index)`, and
 * tells how each of its files ended. A file that is there already was taken by a daemon that died before it could say
 * so.
 * @param mode the rights of the files
 * @param isThere whether a file need not be taken, because it came with an earlier attempt
 */
export async function receiveFiles(
  registration: BackgroundFetchRegistration,
  stored: readonly StoredRecord[],
  directory: string,
  nameOf: (index: number) => string,
  saveRecord: SaveRecord,
  mode: number,
  isThere: (index: number) => boolean,
  causeOf: (url: string) => string | null,
): Promise<FileOutcome[]> {
  const records = await registration.matchAll();
  const taken = new Set(await readdir(directory));
  const outcomes: FileOutcome[] = [];
  await forEachAtATime(stored, atATime, async (row, index) => {
    const record = records[index];
    const name = nameOf(index);
    const outcome = outcomeOf(row, causeOf(row.request.url));
    if (record && outcome.reason === '' && !taken.has(name) && !isThere(index)) {
      const path = join(directory, name);
      await saveRecord(record, path, { overwrite: true });
      await chmod(path, mode);
    }
    outcomes[index] = outcome;
  });
  return outcomes;
}

function outcomeOf(record: StoredRecord, cause: string | null): FileOutcome {
  const { request, responseData } = record;
  const result = record.state === 'settled' ? record.result : 'aborted';
  const headers = responseData?.head.headers ?? [];
  return {
    reason: result === 'success' ? '' : result,
    status: responseData?.head.status ?? null,
    size: storedBytes(record),
    suggestedName: nameOfResponse(request.url, getHeader(headers, 'content-disposition')),
    total: responseData?.length ?? null,
    cause: result === 'success' ? null : cause,
    condition: conditionOf(record),
  };
}
