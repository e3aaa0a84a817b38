import type { KeptState, StoredRecord, StoredState } from '@background-fetch/node';
import { askedFiles, isToBeSaved, type KeptFetch, type KeptFile } from './kept-fetch.ts';
import type { FetchReport, FetchState, FileState, FileStatus } from './status.ts';

/** Of what a file was described the last time, and how. */
interface Described {
  readonly file: KeptFile;
  readonly record: StoredRecord | undefined;
  readonly cause: string | null;
  readonly status: FileStatus;
}

/** How the files of a fetch were described the last time: what has not changed since is the same object. */
export type DescribedFiles = Map<number, Described>;

/**
 * @param saving whether its files are on their way to their places
 * @param left what it can go on from if it has failed
 * @param causeOf why the last attempt at a URL failed
 * @param before for whoever asks again and again: filled, and read the next time
 */
export function describeFetch(
  kept: KeptFetch,
  stored: StoredState | null,
  saving: boolean,
  left: KeptState,
  causeOf: (url: string) => string | null,
  before: DescribedFiles = new Map(),
): FetchReport {
  const recordOf = new Map(askedFiles(kept).map((file, record) => [file, stored?.records[record]]));
  const files = kept.files.map((file, index) => {
    const record = recordOf.get(index);
    const cause = record && !isReceived(record) ? causeOf(record.request.url) : null;
    const last = before.get(index);
    if (last?.file === file && last.record === record && last.cause === cause) return last.status;
    const status = describeFile(file, index, cause, record);
    before.set(index, { file, record, cause, status });
    return status;
  });
  const ended = kept.ended;
  const given = stored?.fetch.downloadTotal || null;
  const totals = files.map(({ total }) => total);
  const known = totals.every((total) => total !== null)
    ? totals.reduce((sum, total) => sum + (total ?? 0), 0)
    : null;
  return {
    files,
    fetch: {
      id: kept.id,
      title: kept.title,
      state: saving ? 'saving' : (ended?.result ?? stateOf(stored)),
      reason: ended ? ended.reason : '',
      cause: files.find(({ state, cause }) => cause !== null && !isDone(state))?.cause ?? null,
      created: kept.created,
      downloaded: files.reduce((sum, { downloaded }) => sum + downloaded, 0),
      total: known ?? given,
      uploaded: stored?.records.reduce((sum, { uploaded }) => sum + uploaded, 0) ?? 0,
      uploadTotal: stored?.fetch.uploadTotal ?? 0,
      fileCount: files.length,
      filesDone: files.filter(({ state }) => isDone(state) || state === 'failed').length,
      filesFailed: files.filter(({ state }) => state === 'failed').length,
      directory: kept.directory,
      problem: kept.problem ?? lostPlace(kept),
      kept: keptOf(kept, left),
      keptUntil: keptOf(kept, left) > 0 ? left.until : null,
      command: kept.command ?? null,
    },
  };
}

/** What to do where it is not known any more where the files of a fetch go; null where it is, or none will come. */
function lostPlace({ id, directory, lostNote, ended, files }: KeptFetch): string | null {
  if (lostNote === undefined || directory !== null) return null;
  if (ended && !files.some(isToBeSaved)) return null;
  return (
    `Where its files go is not known any more, as its note can't be read (it is kept: ${lostNote}): ` +
    `"bgfetch save ${id} --output DIR" puts them into a directory when all have come`
  );
}

/** bytes that a failed fetch can go on from, of files that did not come whole */
export function keptOf(kept: KeptFetch, { byRecord }: KeptState): number {
  return askedFiles(kept).reduce(
    (sum, file, record) => sum + (kept.files[file]?.outcome?.reason === '' ? 0 : (byRecord[record] ?? 0)),
    0,
  );
}

function stateOf(stored: StoredState | null): FetchState {
  if (stored?.fetch.state === 'paused') return 'paused';
  // what has failed has nothing that would be saved
  const isSaving = stored?.fetch.state === 'event-owed' && stored.records.some(isReceived);
  return isSaving ? 'saving' : 'active';
}

function isReceived(record: StoredRecord): boolean {
  return record.state === 'settled' && record.result === 'success';
}

function isDone(state: FileState): boolean {
  return state === 'received' || state === 'saved';
}

function describeFile(
  { url, outcome, path }: KeptFile,
  index: number,
  cause: string | null,
  record: StoredRecord | undefined,
): FileStatus {
  if (outcome) {
    const state = path !== null ? 'saved' : outcome.reason === '' ? 'received' : 'failed';
    const { reason, status, size } = outcome;
    const total = reason === '' ? size : (outcome.total ?? null);
    return {
      index,
      url,
      state,
      downloaded: size,
      total,
      status,
      reason,
      cause: outcome.cause ?? null,
      retryAt: null,
      path,
    };
  }
  const data = record?.responseData;
  const downloaded = data ? storedBytes(record) : 0;
  const settled = record?.state === 'settled' ? record.result : null;
  return {
    index,
    url,
    state: record ? fileStateOf(record) : 'waiting',
    downloaded,
    total: settled === 'success' ? downloaded : (data?.length ?? null),
    status: data?.head.status ?? null,
    reason: settled === null || settled === 'success' ? '' : settled,
    cause,
    retryAt: record?.state === 'backing-off' ? record.until : null,
    path: null,
  };
}

/** bytes of a record's response body in the store */
export function storedBytes(record: StoredRecord | undefined): number {
  return record?.responseData?.stored.reduce((sum, { start, end }) => sum + end - start, 0) ?? 0;
}

function fileStateOf(record: StoredRecord): FileState {
  switch (record.state) {
    case 'settled':
      return record.result === 'success' ? 'received' : 'failed';
    case 'backing-off':
      return 'retrying';
    case 'offline':
      return 'unanswered';
    case 'transferring':
      return 'transferring';
    case 'waiting':
      return record.responseData ? 'transferring' : 'waiting';
  }
}
