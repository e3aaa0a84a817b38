import { isQuotaError, toStoreError } from './errors.ts';
import { beginTransaction, openDatabase, resultOf, type StoreName } from './schema.ts';

/** Makes one request within a transaction. A request that fails fails the transaction. */
export type Ask = <T>(store: StoreName, request: (store: IDBObjectStore) => IDBRequest<T>) => Promise<T>;

/** The database of one context, opened when it is first used, and again when it was closed. */
export class Database {
  readonly #name: string;
  #opened: Promise<IDBDatabase> | undefined;
  #takesBlobs: Promise<boolean> | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** Resolves with what `work` returned, for `write` only once everything is on stable storage. */
  async transact<T>(mode: 'read' | 'write', work: (ask: Ask) => Promise<T>): Promise<T> {
    const transaction = await this.#begin(mode);
    // The first request to fail knows the cause: those after it only hear of an abort, and in WebKit the
    // transaction's own error is null.
    let failure: Error | undefined;
    const fail = (error: unknown): never => {
      failure ??= this.#failed(error);
      throw failure;
    };
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    }).catch(fail);
    done.catch(() => {});
    try {
      const result = await work(async (store, request) => {
        try {
          return await resultOf(request(transaction.objectStore(store)));
        } catch (error) {
          return fail(error);
        }
      });
      if (failure) throw failure;
      if (mode === 'write') await done;
      return result;
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // It has ended already.
      }
      throw error;
    }
  }

  /**
   * Whether Blobs can be stored. Ephemeral sessions of WebKit and private modes of older Safari don't take them: the
   * put fails. The probe stays stored as the proof, so that it is written only once.
   */
  takesBlobs(): Promise<boolean> {
    this.#takesBlobs ??= this.transact('write', async (ask) => {
      const probe = await ask<unknown>('meta', (meta) => meta.get('probe'));
      if (!probe) await ask('meta', (meta) => meta.put(new Blob(['.']), 'probe'));
      return true;
    }).catch((error: Error) => {
      // Without space nothing is learnt; with a connection that was closed neither.
      const { name } = (error.cause ?? error) as Error;
      if (!/^(Quota|InvalidState|Abort)/.test(name)) return false;
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
    const opening = openDatabase(this.#name, () => {
      if (this.#opened === opening) this.#opened = undefined;
    });
    return opening;
  }

  /** The store's error for one of IndexedDB's, which may be a sign that the connection is lost. */
  #failed(error: unknown): Error {
    const failure = toStoreError(error);
    // WebKit's "Connection to Indexed Database server lost" comes without an event: better a new connection.
    if (!isQuotaError(failure)) this.close();
    return failure;
  }
}
