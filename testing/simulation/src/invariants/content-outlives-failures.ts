import { countKept, isKept, type StoredBackgroundFetch } from '@background-fetch/core';
import type { MemoryDisk } from '../store/memory-disk.ts';
import type { Change } from '../store/table.ts';
import type { Invariant } from './invariant.ts';

type FetchChange = Change<StoredBackgroundFetch>;

function recordsOf({ records }: MemoryDisk, key: string) {
  return [...records.values()].filter(({ fetch }) => fetch === key).sort((a, b) => a.index - b.index);
}

function requestsOf(disk: MemoryDisk, key: string): string {
  return JSON.stringify(recordsOf(disk, key).map(({ request: { referrer: _, ...request } }) => request));
}

export const contentOutlivesFailures: Invariant = {
  name: 'content-outlives-failures',
  promise:
    'What a fetch that failed received is kept, if it can be gone on from, and the next one of its requests goes on from it.',
  watch({ world: { disk, traits } }, violated) {
    /** Whether nothing is to be gone on from, because its id is in use again. */
    const isOvertaken = ({ registration, id, order }: StoredBackgroundFetch): boolean =>
      [...disk.fetches.values()].some(
        (other) =>
          other.registration === registration &&
          other.id === id &&
          other.order > order &&
          other.state !== 'released',
      );

    function checkRelease({ before, after }: FetchChange): void {
      if (before?.state !== 'event-owed' || after?.state !== 'released' || isKept(after)) return;
      if (traits.engine.keepFailed === 0 || isOvertaken(before)) return;
      const bytes = countKept(before, recordsOf(disk, before.key));
      if (bytes > 0) violated(`"${before.id}" failed, and its ${bytes} bytes are given up`);
    }

    function checkStart({ before, after }: FetchChange, changes: readonly FetchChange[]): void {
      if (before || after?.state !== 'active' || after.downloadTotal > 0) return;
      for (const { before: was, after: is } of changes) {
        if (!was || !is || !isKept(was) || isKept(is) || is.state !== 'released') continue;
        if (was.id === after.id && requestsOf(disk, was.key) === requestsOf(disk, after.key))
          violated(`"${after.id}" begins anew, and there was something to go on from`);
      }
    }

    return {
      committed({ fetches }) {
        for (const change of fetches) {
          checkRelease(change);
          checkStart(change, fetches);
        }
      },
    };
  },
};
