import { isQuotaError, silence, toStoreError } from './errors.ts';
import { LiveTransaction } from './live-transaction.ts';
import { Presence } from './presence.ts';
import { beginTransaction, openDatabase, type StoreName } from './schema.ts';
import { SilenceWatch } from './silence-watch.ts';

/** Makes one request within a transaction. A request that fails fails the transaction. */
export type Ask = <T>(store: StoreName, request: (store: IDBObjectStore) => IDBRequest<T>) => Promise<T>;

/** The error of a transaction whose page is left. */
const left = new Error('The page was left');

/** The database of one context, opened when it is first used, and again when it was closed. */
export class Database {
  readonly #name: string;
  readonly #presence = new Presence();
  #opened: Promise<IDBDatabase> | undefined;
  #takesBlobs: Promise<boolean> | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /**
   * Resolves with what `work` returned, for `write` only once everything is on stable storage. `work` is called again where
   * its transaction had to end unfinished. Rejects where the database does not answer, see `longestSilence`.
   */
  async transact<T>(mode: 'read' | 'write', work: (ask: Ask) => Promise<T>): Promise<T> {
    for (;;) {
      await this.#presence.present();
      try {
        return await this.#transactOnce(mode, work);
      } catch (error) {
        if (error !== left) throw error;
      }
    }
  }

  async #transactOnce<T>(mode: 'read' | 'write', work: (ask: Ask) => Promise<T>): Promise<T> {
    const transaction = new LiveTransaction(await this.#begin(mode), (error) => this.#failed(error));
    const endLeaving = this.#presence.onLeft(() => transaction.undo(left));
    const watch = new SilenceWatch('turn', () => transaction.giveUp(this.#failed(silence())));
    const perform = async (): Promise<T> => {
      const result = await work(async (store, request) => {
        const answer = await transaction.ask(store, request);
        watch.answered();
        return answer;
      });
      transaction.throwIfFailed();
      watch.rests();
      if (mode === 'write') await transaction.done;
      return result;
    };
    try {
      return await Promise.race([perform(), transaction.failed]);
    } catch (error) {
      transaction.undo(error as Error);
      throw error;
    } finally {
      watch.end();
      endLeaving();
    }
  }

  /**
   * Whether Blobs can be stored, which WebKit may refuse: docs/discoveries.md#webkit-no-blobs-in-ephemeral-sessions
   * The probe stays stored as the proof, so that it is written only once.
   */
  takesBlobs(): Promise<boolean> {
    this.#takesBlobs ??= this.transact('write', async (ask) => {
      const probe = await ask<unknown>('meta', (meta) => meta.get('probe'));
      if (!probe) await ask('meta', (meta) => meta.put(new Blob(['.']), 'probe'));
      return true;
    }).catch((error: Error) => {
      // Such an error teaches nothing about Blobs: space was lacking, the connection was closed, or the database is
      // silent.
      const { name } = (error.cause ?? error) as Error;
      if (!/^(Quota|InvalidState|Abort|Store)/.test(name)) return false;
      this.#takesBlobs = undefined;
      throw error;
    });
    return this.#takesBlobs;
  }

  close(): void {
    this.#opened?.then((database) => database.close()).catch(() => {});
    this.#opened = undefined;
  }

  /** Another context may close the connection at any time by upgrading or deleting the database: one more try. */
  async #begin(mode: 'read' | 'write', last = false): Promise<IDBTransaction> {
    this.#opened ??= this.#open();
    try {
      return beginTransaction(await this.#opened, mode);
    } catch (error) {
      const failure = this.#failed(error);
      if (last || (error as Error).name !== 'InvalidStateError') throw failure;
      return await this.#begin(mode, true);
    }
  }

  #open(): Promise<IDBDatabase> {
    const opening = new Promise<IDBDatabase>((resolve, reject) => {
      const watch = new SilenceWatch('opening', () => {
        reject(silence());
        // an answer that comes after all is of no use to anybody
        answer.then((database) => database.close()).catch(() => {});
      });
      const answer = openDatabase(this.#name, () => {
        if (this.#opened === opening) this.#opened = undefined;
      });
      answer.finally(() => watch.end()).then(resolve, reject);
    });
    return opening;
  }

  /** The store's error for one of IndexedDB's, which may be a sign that the connection is lost. */
  #failed(error: unknown): Error {
    const failure = toStoreError(error);
    // the connection may be lost without an event: docs/discoveries.md#webkit-a-connection-that-is-lost
    if (!isQuotaError(failure)) this.close();
    return failure;
  }
}
