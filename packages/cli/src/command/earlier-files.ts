import { randomUUID } from 'node:crypto';
import { DaemonError, type RequestedFetch, type StartedFetch } from '../daemon/protocol.ts';
import type { FileStatus } from '../daemon/status.ts';
import type { Session } from './session.ts';

/**
 * The files, by their number, that had come whole when a command went on with a fetch of an earlier one: the server may have
 * another version of them by now. What was sent with another method is not sent again to find out.
 */
export function earlierFiles({ outcome, report }: StartedFetch, { method }: RequestedFetch): number[] {
  if (outcome !== 'running' || (method !== 'GET' && method !== 'HEAD')) return [];
  return report.files.flatMap((file, index) => (cameWhole(file) ? [index] : []));
}

/** Asks the server about such files of a fetch that has succeeded; resolves with whether some are fetched again. */
export async function renewEarlierFiles(
  session: Session,
  requested: RequestedFetch,
  earlier: readonly number[],
): Promise<boolean> {
  if (earlier.length === 0) return false;
  const fetch = { ...requested, token: randomUUID(), earlier };
  try {
    return (await session.call('fetch', { fetch })).outcome !== 'ended';
  } catch (error) {
    // another command that waited for it has it all, and nobody can tell any more which files are of before
    if (error instanceof DaemonError && error.code === 'unknown-fetch') return false;
    throw error;
  }
}

export function cameWhole({ state }: FileStatus): boolean {
  return state === 'received' || state === 'saved';
}
