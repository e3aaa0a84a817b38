import type { DatabaseConnection } from './database.ts';
import type { Faults } from './faults.ts';
import type { RowCache } from './row-cache.ts';
import { atOnce, type WriteTransaction } from './transaction.ts';
import type { Turns } from './turns.ts';
import type { WriteAheadLog } from './write-ahead-log.ts';

interface QueuedWork {
  readonly transaction: WriteTransaction;
  readonly work: () => Promise<unknown>;
  readonly resolve: (outcome: Outcome) => void;
}

type Outcome = { readonly result: unknown } | { readonly error: unknown };

/** Writes that share one transaction of SQLite at most. */
const largestBatch = 128;

/**
 * Performs write transactions one after the other. Those that wait share one transaction of SQLite, each with a
 * savepoint, so that one that fails is undone alone; and all that were committed while the log was being synced share
 * the next sync. Nobody hears of a commit before it is on stable storage.
 */
export class WriteQueue {
  readonly #connection: DatabaseConnection;
  readonly #log: WriteAheadLog;
  readonly #faults: Faults;
  readonly #known: RowCache;
  readonly #turns: Turns;
  readonly #waiting: QueuedWork[] = [];
  #draining: Promise<void> | null = null;

  /**
   * @param known kept as the database is
   * @param turns shared with those who read, so that what they know stays what they read
   */
  constructor(
    connection: DatabaseConnection,
    log: WriteAheadLog,
    faults: Faults,
    known: RowCache,
    turns: Turns,
  ) {
    this.#connection = connection;
    this.#log = log;
    this.#faults = faults;
    this.#known = known;
    this.#turns = turns;
  }

  /** Resolves with what `work` returned, once what it wrote is on stable storage. */
  async run<T>(transaction: WriteTransaction, work: () => Promise<T>): Promise<T> {
    const outcome = await new Promise<Outcome>((resolve) => {
      this.#waiting.push({ transaction, work, resolve });
      this.#draining ??= this.#drain();
    });
    if ('error' in outcome) throw outcome.error;
    return outcome.result as T;
  }

  async idle(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // whatever is asked for in this turn shares the first transaction
    await null;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, largestBatch);
      const outcomes = await this.#turns.run(() => this.#commit(batch));
      const durable = this.#log.sync();
      // the next batch does not wait for the sync of this one: both may end up in the same
      const report = (outcomeOf: (i: number) => Outcome): void => {
        for (const [i, { resolve }] of batch.entries()) resolve(outcomeOf(i));
      };
      durable.then(
        () => report((i) => outcomes[i] as Outcome),
        (error) => report(() => ({ error })),
      );
    }
    this.#draining = null;
  }

  /** Performs one transaction of SQLite. If it fails, it fails for all in it, and nothing of it is written. */
  async #commit(batch: readonly QueuedWork[]): Promise<Outcome[]> {
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
      const outcomes: Outcome[] = [];
      for (const entry of batch) outcomes.push(await this.#perform(entry));
      this.#faults('commit');
      this.#connection.exec('COMMIT');
      return outcomes;
    } catch (error) {
      // what those in it have written was taken for known by the ones after them
      this.#known.clear();
      this.#rollBack();
      return batch.map(() => ({ error }));
    }
  }

  async #perform({ transaction, work }: QueuedWork): Promise<Outcome> {
    this.#connection.exec('SAVEPOINT work');
    try {
      const result = await atOnce(transaction, work);
      if (transaction.failure) throw transaction.failure.error;
      for (const writing of transaction.writing) await writing;
      this.#connection.exec('RELEASE work');
      this.#known.apply(transaction.changes);
      return { result };
    } catch (error) {
      // COMMIT says so where SQLite has dropped the savepoint: docs/discoveries.md#a-full-disk-ends-the-whole-transaction
      this.#connection.exec('ROLLBACK TO work; RELEASE work');
      return { error };
    }
  }

  #rollBack(): void {
    try {
      if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
    } catch {
      // SQLite itself has rolled back what can't be rolled back
    }
  }
}
