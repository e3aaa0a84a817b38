import type { FetchKey, StoredBackgroundFetch, StoredRecord } from '@background-fetch/core';
import { decodeFetch } from './rows.ts';

/** The rows of one background fetch, as far as they are known. */
interface Known {
  readonly fetch: StoredBackgroundFetch | undefined;
  readonly records: Map<number, StoredRecord>;
  /** Whether `records` has all there are. */
  readonly complete: boolean;
}

/**
 * The rows of background fetches that go on, as this process has read or written them: they are asked for with every
 * checkpoint, every report and at the end, and reading one out of SQLite costs more than all else that is done with it.
 * Nobody else writes them while this process has the store. Who gets rows from here shares them, and changes none.
 *
 * What is released is not kept: it stays in the store for a day, and nobody may want it.
 */
export class RowCache {
  readonly #known = new Map<FetchKey, Known>();

  fetch(key: FetchKey): StoredBackgroundFetch | undefined {
    return this.#known.get(key)?.fetch;
  }

  record(key: FetchKey, index: number): StoredRecord | undefined {
    return this.#known.get(key)?.records.get(index);
  }

  /** In order of index; undefined unless all of them are known. */
  records(key: FetchKey): StoredRecord[] | undefined {
    const known = this.#known.get(key);
    if (!known?.complete) return undefined;
    const records = [...known.records.values()];
    // a record is put in its place in the order of index as a rule
    const isInOrder = records.every(
      ({ index }, i) => i === 0 || index > (records[i - 1] as StoredRecord).index,
    );
    return isInOrder ? records : records.sort((a, b) => a.index - b.index);
  }

  /** Takes in what was read. */
  learn(fetch: StoredBackgroundFetch, records: readonly StoredRecord[]): void {
    if (fetch.state === 'released') return;
    this.#known.set(fetch.key, {
      fetch,
      records: new Map(records.map((record) => [record.index, record])),
      complete: true,
    });
  }

  /** Takes in what was written, in order. */
  apply(changes: readonly RowChange[]): void {
    for (const change of changes) this.#apply(change);
  }

  #apply(change: RowChange): void {
    switch (change.kind) {
      case 'fetch': {
        const { key, isNew } = change;
        const known = this.#known.get(key);
        const fetch = asRead(change.row);
        if (!fetch || fetch.state === 'released') this.#known.delete(key);
        else if (known) this.#known.set(key, { ...known, fetch });
        else if (isNew) this.#known.set(key, { fetch, records: new Map(), complete: true });
        return;
      }
      case 'record':
        this.#known.get(change.record.fetch)?.records.set(change.record.index, change.record);
        return;
      case 'deletion':
        this.#known.delete(change.key);
    }
  }

  /** Forgets everything: what was read or written may not be so any more. */
  clear(): void {
    this.#known.clear();
  }
}

/** A row as whoever reads the database gets it; undefined for one that is refused. */
function asRead(row: string): StoredBackgroundFetch | undefined {
  try {
    return decodeFetch(row);
  } catch {
    return undefined;
  }
}

/** What a transaction has written of rows. */
export type RowChange =
  /** `isNew`: there was none of its key, and so no record either. */
  | { readonly kind: 'fetch'; readonly key: FetchKey; readonly row: string; readonly isNew: boolean }
  | { readonly kind: 'record'; readonly record: StoredRecord }
  | { readonly kind: 'deletion'; readonly key: FetchKey };
