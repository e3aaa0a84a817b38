import { resultOf, type StoreName } from './schema.ts';

/** A transaction of IndexedDB from its begin to its end, and why it failed. */
export class LiveTransaction {
  /** Resolves when all it wrote is on stable storage. */
  readonly done: Promise<unknown>;
  /** Rejects when it fails, whether or not the database says so. */
  readonly failed: Promise<never>;
  readonly #transaction: IDBTransaction;
  readonly #toFailure: (error: unknown) => Error;
  #reject: (failure: Error) => void = () => {};
  #failure: Error | undefined;

  /** @param toFailure makes the store's error of one of IndexedDB's; called once at most */
  constructor(transaction: IDBTransaction, toFailure: (error: unknown) => Error) {
    this.#transaction = transaction;
    this.#toFailure = toFailure;
    this.failed = new Promise((_, reject) => (this.#reject = reject));
    this.failed.catch(() => {});
    this.done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(this.#fail(transaction.error));
    });
    this.done.catch(() => {});
  }

  /** Makes one request. One that fails fails the transaction. */
  async ask<T>(store: StoreName, request: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    try {
      return await resultOf(request(this.#transaction.objectStore(store)));
    } catch (error) {
      throw this.#fail(error);
    }
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Takes back what it did; one that has ended, or is coming to rest, ends as it does. */
  undo(failure: Error): void {
    try {
      this.#transaction.abort();
    } catch {
      return;
    }
    this.#failure ??= failure;
    this.#reject(this.#failure);
  }

  /** Ends the wait for the transaction, whatever becomes of it. */
  giveUp(failure: Error): void {
    this.undo(failure);
    this.#reject(failure);
  }

  /**
   * The first request to fail is the one that knows the cause: docs/discoveries.md#webkit-the-error-of-a-transaction
   */
  #fail(error: unknown): Error {
    this.#failure ??= this.#toFailure(error);
    return this.#failure;
  }
}
