import { statfs } from 'node:fs/promises';
import type {
  BodyKey,
  FetchKey,
  HostBytes,
  RegistrationKey,
  RequestBody,
  StoreReadTransaction,
  StoreTransaction,
} from '@background-fetch/core';
import type { EngineStore, LentBody } from '../engine-store.ts';
import { Bodies } from './bodies.ts';
import type { BodyFiles } from './body-files.ts';
import type { Database } from './database.ts';
import { toStoreError } from './errors.ts';
import type { Faults } from './faults.ts';
import { lendBody } from './lend-body.ts';
import { mendBodies } from './mend.ts';
import { findRequestBody, takeRequestBody } from './request-bodies.ts';
import { RowCache } from './row-cache.ts';
import { prepareStatements, type Statements } from './statements.ts';
import { atOnce, ReadTransaction, WriteTransaction } from './transaction.ts';
import { Turns } from './turns.ts';
import type { WriteAheadLog } from './write-ahead-log.ts';
import { WriteQueue } from './write-queue.ts';

/** The parts of a store. `openStore` sees to it that they agree. */
export interface StoreParts {
  readonly directory: string;
  readonly database: Database;
  readonly files: BodyFiles;
  readonly log: WriteAheadLog;
  readonly faults: Faults;
  /** Called once for each row that is left out of lists because it is malformed. */
  readonly warn: (message: string) => void;
  /** Closes the parts; called when everything that was asked for before has ended. */
  readonly close: () => Promise<void>;
}

/** The store of one process: rows in SQLite, bodies in files beside it. */
export class NodeStore implements EngineStore {
  readonly directory: string;
  readonly name: string;
  readonly #parts: StoreParts;
  readonly #reader: Statements;
  readonly #writer: Statements;
  readonly #bodies: Bodies;
  readonly #queue: WriteQueue;
  readonly #known = new RowCache();
  readonly #turns = new Turns();
  readonly #forsaken: FinalizationRegistry<string>;
  readonly #leftOut = new Set<string>();
  #closing: Promise<void> | null = null;

  constructor(parts: StoreParts) {
    const { directory, database, files, log, faults } = parts;
    this.directory = directory;
    this.name = directory;
    this.#parts = parts;
    this.#reader = prepareStatements(database.reader);
    this.#writer = prepareStatements(database.writer);
    this.#bodies = new Bodies(files, this.#reader);
    this.#queue = new WriteQueue(database.writer, log, faults, this.#known, this.#turns);
    this.#forsaken = new FinalizationRegistry((file) => files.remove([file]));
  }

  async read<T>(work: (transaction: StoreReadTransaction) => Promise<T>): Promise<T> {
    return await this.#attempt('A read transaction', () => this.#read(work));
  }

  async write<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    return await this.#attempt('A write transaction', () => this.#write(work));
  }

  /** Makes `parts` durable ahead of the transaction that puts them, which then does not wait for the disk. */
  async stageBytes(body: BodyKey, offset: number, parts: readonly Uint8Array[]): Promise<HostBytes> {
    return await this.#attempt('Writing the bytes of a body', () => this.#bodies.stage(body, offset, parts));
  }

  async takeRequestBody(request: Request): Promise<RequestBody> {
    this.#requireOpen();
    const body = await takeRequestBody(this.#parts.files, request).catch((error) => {
      // errors of the body's own stream are passed on
      throw error?.syscall ? this.#failed('Taking in a request body', error) : error;
    });
    const { file } = body.value as { file: string | null };
    // the body may never be put: its fetch can be refused after this
    if (file) this.#forsaken.register(body.value as object, file, body.value as object);
    return body;
  }

  async readRequestBody(fetch: FetchKey, index: number): Promise<RequestBody | null> {
    return await this.#attempt('Reading a request body', () =>
      findRequestBody(this.#parts.files, this.#reader, fetch, index),
    );
  }

  async readBytes(body: BodyKey, start: number, end: number): Promise<Uint8Array | null> {
    return await this.#attempt('Reading a body', () => this.#bodies.read(body, start, end));
  }

  /**
   * Always null: a Blob of a file is read in chunks of 64 KiB, five times slower than `readBytes`, and unlike a stream
   * of these it keeps nobody from deleting the file.
   */
  async readBody(_body: BodyKey, _length: number, _type: string): Promise<Blob | null> {
    return null;
  }

  async spaceLeft(): Promise<number | null> {
    return await this.#attempt('Asking for the space left', async () => {
      const { bavail, bsize } = await statfs(this.directory);
      return bavail * bsize;
    });
  }

  /** Gives up what was lost of the bodies of active fetches, see `EnginePorts.mend`. */
  async mend(registration: RegistrationKey): Promise<void> {
    await this.#attempt('Looking for lost bytes', () =>
      mendBodies(this.#reader, (work) => this.#write(work), this.#parts.files, registration),
    );
  }

  /** Gives away the `length` bytes of a settled body, null if they are no longer stored. */
  async lendBody(body: BodyKey, length: number): Promise<LentBody | null> {
    return await this.#attempt('Saving a body', () =>
      lendBody(this.#reader, (work) => this.#write(work), this.#parts.files, body, length),
    );
  }

  /** Resolves when everything is at rest and the database is closed. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#queue.idle();
    await this.#turns.idle();
    await this.#parts.log.close();
    await this.#parts.files.close();
    await this.#parts.close();
  }

  /** Reads and writes take turns: each sees one state of the database from its beginning to its end. */
  async #read<T>(work: (transaction: StoreReadTransaction) => Promise<T>): Promise<T> {
    const result = await this.#turns.run(() => this.#readInTurn(work));
    // nobody must build on what a power cut could still take back
    await this.#parts.log.settled();
    return result;
  }

  async #readInTurn<T>(work: (transaction: StoreReadTransaction) => Promise<T>): Promise<T> {
    const transaction = new ReadTransaction(this.#reader, this.#known, this.#leaveOut);
    const { reader } = this.#parts.database;
    reader.exec('BEGIN');
    try {
      return await atOnce(transaction, () => work(transaction));
    } finally {
      reader.exec('COMMIT');
    }
  }

  readonly #leaveOut = ({ message }: Error): void => {
    if (this.#leftOut.has(message)) return;
    this.#leftOut.add(message);
    this.#parts.warn(message);
  };

  async #write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    const transaction = new WriteTransaction(this.#writer, this.#known, this.#leaveOut, this.#bodies);
    const result = await this.#queue.run(transaction, () => work(transaction));
    this.#bodies.committed(transaction.placed);
    for (const kept of transaction.kept) this.#forsaken.unregister(kept);
    // files go only now: one without rows is found at the next start, and rows without a file would be a loss
    this.#parts.files.remove(transaction.removed);
    return result;
  }

  async #attempt<T>(attempt: string, action: () => Promise<T>): Promise<T> {
    this.#requireOpen();
    try {
      return await action();
    } catch (error) {
      throw this.#failed(attempt, error);
    }
  }

  /** Errors that are not SQLite's or the file system's are the caller's own. */
  #failed(attempt: string, error: unknown): unknown {
    const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
    const ours = syscall !== undefined || (typeof code === 'string' && code.startsWith('SQLITE_'));
    return ours ? toStoreError(attempt, error, this.directory) : error;
  }

  #requireOpen(): void {
    if (!this.#closing) return;
    throw new DOMException(`The store in ${this.directory} is closed: open it again`, 'InvalidStateError');
  }
}
