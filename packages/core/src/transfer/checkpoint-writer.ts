import type { Store, StoreTransaction } from '../ports.ts';

type Work = (transaction: StoreTransaction) => Promise<unknown>;

interface Pending {
  readonly work: Work;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** How many writes share one transaction at most. */
const largestBatch = 64;

/**
 * Writes one transaction at a time and lets the writes that gather meanwhile share the next one: making bytes
 * durable takes about as long for one small record as for many.
 */
export class CheckpointWriter {
  readonly #store: Store;
  readonly #pending: Pending[] = [];
  #draining: Promise<void> | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Resolves when what `work` wrote is on stable storage; rejects as `Store.transact`, for this write alone. */
  write(work: Work): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ work, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0, largestBatch);
      try {
        await this.#store.transact('write', async (transaction) => {
          // one after the other: a later write must see what an earlier one made of the same row
          for (const { work } of batch) await work(transaction);
        });
        for (const { resolve } of batch) resolve();
      } catch (error) {
        if (batch.length === 1) batch[0]?.reject(error);
        else await this.#writeOneByOne(batch);
      }
    }
    this.#draining = null;
  }

  /** A transaction that failed failed for all; alone, only those fail that are at fault. */
  async #writeOneByOne(batch: readonly Pending[]): Promise<void> {
    for (const { work, resolve, reject } of batch) {
      await this.#store.transact('write', work).then(resolve, reject);
    }
  }
}
