import type { FetchKey, StoredRecord } from '@background-fetch/core';
import type { MemoryDisk } from '../store/memory-disk.ts';
import type { Invariant } from './invariant.ts';
import { countStored, coveredRanges, storedChunks } from './stored-body.ts';

/** Whether a record knows exactly what is there, of the body it has and of one that was interrupted. */
function countsWhatIsThere(disk: MemoryDisk, record: StoredRecord): boolean {
  return [record.responseData, record.interrupted].every((data) => {
    if (!data) return true;
    const covered = coveredRanges(storedChunks(disk, record, data.body));
    return JSON.stringify(covered) === JSON.stringify(data.stored.map(({ start, end }) => ({ start, end })));
  });
}

/** What each record of a fetch counted before its last change, and counts now: engines hear of a commit after it. */
type Counts = Map<number, readonly [before: number, now: number]>;

function isPossible(counts: Counts, downloaded: number): boolean {
  const ranges = [...counts.values()];
  const least = ranges.reduce((sum, [before, now]) => sum + Math.min(before, now), 0);
  const most = ranges.reduce((sum, [before, now]) => sum + Math.max(before, now), 0);
  return downloaded >= least && downloaded <= most;
}

export const downloadedIsStored: Invariant = {
  name: 'downloaded-is-stored',
  promise:
    '`downloaded` is the number of bytes in the store, of the one body that each record has; one that was interrupted does not count.',
  watch({ world: { disk } }, violated) {
    const countsOf = new Map<FetchKey, Counts>();
    return {
      committed({ records, bytes }) {
        for (const { before, after } of records) {
          if (!after) continue;
          const { fetch, index, request, responseData } = after;
          if (!countsWhatIsThere(disk, after))
            violated(`record ${index} of ${request.url} counts other bytes than are stored`);
          const replaced = before?.responseData?.body;
          const kept = [responseData?.body, after.interrupted?.body];
          const keepsBoth = replaced !== undefined && !kept.includes(replaced);
          if (keepsBoth && storedChunks(disk, after, replaced).size > 0)
            violated(`${request.url} keeps two bodies`);
          const counts: Counts = countsOf.get(fetch) ?? new Map();
          countsOf.set(fetch, counts);
          counts.set(index, [counts.get(index)?.[1] ?? 0, countStored(responseData)]);
        }
        for (const { after, key } of bytes) {
          if (after && !disk.fetches.has(after.fetch)) violated(`bytes are stored for nobody: ${key}`);
        }
      },
      announced({ key, id, downloaded, recordsAvailable }) {
        const counts: Counts = countsOf.get(key) ?? new Map();
        if (!recordsAvailable || isPossible(counts, downloaded)) return;
        violated(
          `"${id}" is said to have ${downloaded} bytes, and has ${[...counts.values()].join(' and ')}`,
        );
      },
    };
  },
};
