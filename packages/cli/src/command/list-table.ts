import type { FetchStatus } from '../daemon/status.ts';
import { leftBy } from './describe-origin.ts';
import { formatDuration, formatRate, formatSize } from './format.ts';
import { printable } from './printable.ts';
import { type Column, renderTable } from './render-table.ts';

/** A fetch with its speed, in bytes per second; null where it is not measured. */
export interface ListedFetch {
  readonly fetch: FetchStatus;
  readonly rate: number | null;
}

/** columns of the first columns that stay readable */
const leastId = 10;
const leastTitle = 8;

/** What is left out of a narrow terminal, in this order. */
const leftOut = ['TITLE', 'FILES', 'AGE', 'SPEED', 'ETA', 'SIZE', 'LEFT BY', '%'];

/** @param now ms since the epoch */
export function listTable(listed: readonly ListedFetch[], width: number, now: number): string[] {
  const columns: Column<ListedFetch>[] = [
    { heading: 'ID', text: ({ fetch }) => printable(fetch.id), least: leastId },
    { heading: 'STATE', text: ({ fetch }) => fetch.state },
    { heading: 'SIZE', text: ({ fetch }) => formatSize(fetch.total ?? fetch.downloaded), align: 'right' },
    { heading: '%', text: percentOf, align: 'right' },
    { heading: 'SPEED', text: ({ rate }) => (rate ? formatRate(rate) : ''), align: 'right' },
    { heading: 'ETA', text: remainingOf, align: 'right' },
    { heading: 'AGE', text: ({ fetch }) => formatDuration(now - fetch.created), align: 'right' },
    { heading: 'FILES', text: filesOf, align: 'right' },
    { heading: 'LEFT BY', text: ({ fetch }) => leftBy(fetch) ?? '' },
    { heading: 'TITLE', text: ({ fetch }) => printable(fetch.title), least: leastTitle },
  ];
  return renderTable(columns, leftOut, listed, width);
}

function percentOf({ fetch: { downloaded, total, filesFailed } }: ListedFetch): string {
  // what a server sent in place of a file is no part of it
  return total && filesFailed === 0 ? String(Math.min(100, Math.floor((downloaded / total) * 100))) : '';
}

function remainingOf({ fetch: { downloaded, total }, rate }: ListedFetch): string {
  return rate && total !== null ? formatDuration(((total - downloaded) / rate) * 1000) : '';
}

function filesOf({ fetch: { fileCount, filesDone, filesFailed } }: ListedFetch): string {
  return fileCount > 1 ? `${filesDone - filesFailed}/${fileCount}` : '';
}
