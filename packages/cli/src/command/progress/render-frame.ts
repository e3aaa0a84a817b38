import type { FetchStatus, FileStatus } from '../../daemon/status.ts';
import { nameForShow } from '../describe.ts';
import { formatDuration } from '../format.ts';
import { printable } from '../printable.ts';
import { renderBar } from './render-bar.ts';
import { fit } from './text-width.ts';

/** What is known of the fetches that are shown, with the rates that were measured (bytes per second). */
export interface Progress {
  readonly fetches: readonly FetchStatus[];
  readonly files: readonly { readonly file: FileStatus; readonly rate: number }[];
  readonly rate: number;
}

/**
 * The lines that show the progress: one for each file that is under way, as far as there is room, and one in all.
 * @param now ms since the epoch
 */
export function renderFrame(progress: Progress, columns: number, rows: number, now: number): string[] {
  // a line as wide as the terminal would already begin the next one
  const width = Math.max(1, columns - 1);
  const open = progress.files.filter(({ file }) => isUnderWay(file));
  const room = Math.max(1, Math.min(rows - 3, 12));
  const shown = [...open].sort((a, b) => importance(b.file) - importance(a.file)).slice(0, room);
  shown.sort((a, b) => a.file.index - b.file.index);
  const lines = shown.map(({ file, rate }) =>
    renderBar(
      {
        label: nameForShow(file),
        done: file.downloaded,
        total: file.total,
        rate: file.state === 'transferring' ? rate : null,
        note: noteOf(file, now),
      },
      width,
    ),
  );
  if (progress.files.length === 1 && lines.length === 1 && progress.fetches.every(isPlain)) return lines;
  return [
    ...lines,
    ...progress.fetches.flatMap((fetch) => problemLine(fetch, width)),
    totalLine(progress, open.length, width),
  ];
}

function isPlain({ problem, state, uploadTotal }: FetchStatus): boolean {
  return problem === null && state === 'active' && uploadTotal === 0;
}

function isUnderWay({ state }: FileStatus): boolean {
  return state !== 'received' && state !== 'saved' && state !== 'failed';
}

function importance(file: FileStatus): number {
  return file.state === 'transferring' ? 2 : file.state === 'waiting' ? 0 : 1;
}

function noteOf({ state, retryAt }: FileStatus, now: number): string {
  if (state === 'retrying') return `next attempt in ${formatDuration((retryAt ?? now) - now)}`;
  return state === 'transferring' ? '' : state;
}

function problemLine({ problem }: FetchStatus, width: number): string[] {
  return problem === null ? [] : [fit(printable(problem), width).trimEnd()];
}

function totalLine({ fetches, files, rate }: Progress, open: number, width: number): string {
  const sum = (value: (fetch: FetchStatus) => number): number =>
    fetches.reduce((total, fetch) => total + value(fetch), 0);
  const totals = fetches.map(({ total }) => total);
  const uploading = fetches.filter(({ uploaded, uploadTotal }) => uploaded < uploadTotal);
  const states = new Set(fetches.map(({ state }) => state));
  const only = states.size === 1 ? [...states][0] : undefined;
  const note = only === 'paused' || only === 'saving' ? only : '';
  const count = files.length > 1 ? `${files.length - open} of ${files.length} files` : 'in all';
  if (uploading.length > 0) {
    const label = `${count}, sent`;
    return renderBar(
      { label, done: sum((f) => f.uploaded), total: sum((f) => f.uploadTotal), rate: null, note },
      width,
    );
  }
  return renderBar(
    {
      label: count,
      done: sum(({ downloaded }) => downloaded),
      total: totals.every((total) => total !== null) ? sum(({ total }) => total ?? 0) : null,
      rate,
      note,
    },
    width,
  );
}
