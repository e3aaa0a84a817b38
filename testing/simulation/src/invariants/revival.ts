import type { FetchKey, StoredBackgroundFetch } from '@background-fetch/core';
import type { Change } from '../store/table.ts';

/** Whether a fetch goes on with the key, and the bytes, of one that has failed and was kept. */
export function isRevival({ before, after }: Change<StoredBackgroundFetch>): boolean {
  return before?.state === 'released' && after !== undefined && after.state !== 'released';
}

/** The keys with which fetches go on from this commit on. */
export function revivedKeys(changes: readonly Change<StoredBackgroundFetch>[]): Set<FetchKey> {
  return new Set(changes.filter(isRevival).flatMap(({ after }) => (after ? [after.key] : [])));
}
