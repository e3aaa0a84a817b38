import { basename } from 'node:path';
import type { FetchStatus, FileStatus } from '../daemon/status.ts';
import { formatSize } from './format.ts';
import { printable } from './printable.ts';

/** What a file is called before it has a name, and after. */
export function nameForShow({ path, url }: FileStatus): string {
  if (path !== null) return printable(basename(path));
  const withoutQuery = url.replace(/[?#].*$/s, '');
  const segment =
    withoutQuery
      .split('/')
      .filter((part) => part !== '')
      .at(-1) ?? url;
  try {
    return printable(decodeURIComponent(segment));
  } catch {
    return printable(segment);
  }
}

/** Why a file or a fetch failed, in words. */
export function describeReason(reason: string, status: number | null, cause: string | null = null): string {
  switch (reason) {
    case 'bad-status':
      return status === null
        ? 'the server refused it (bad-status)'
        : `the server answered ${status} (bad-status)`;
    case 'fetch-error':
      return cause === null
        ? 'it could not be fetched whole: the network, the server or the digest (fetch-error)'
        : `${printable(cause)} (fetch-error)`;
    case 'quota-exceeded':
      return 'the disk is full (quota-exceeded): free some space, or choose another --store';
    case 'download-total-exceeded':
      return 'more came than --download-total allows (download-total-exceeded)';
    case 'aborted':
      return 'it was aborted';
    default:
      return reason;
  }
}

/** `film.mp4: the server answered 404 (bad-status): https://…` */
export function describeFailure(file: FileStatus): string {
  return `${nameForShow(file)}: ${describeReason(file.reason, file.status, file.cause)}: ${printable(file.url)}`;
}

/** `12.0 MiB of 40.0 MiB` */
export function describeAmount({ downloaded, total }: FetchStatus | FileStatus): string {
  return total === null || total === downloaded
    ? formatSize(downloaded)
    : `${formatSize(downloaded)} of ${formatSize(total)}`;
}
