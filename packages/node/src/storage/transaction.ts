import {
  type BodyKey,
  type FetchKey,
  type RegistrationKey,
  type RequestBody,
  type StoredBackgroundFetch,
  type StoredRecord,
  StoreError,
  type StoreReadTransaction,
  type StoreTransaction,
  withoutFragment,
} from '@background-fetch/core';
import type { Bodies, BodyChanges, BytesToPut } from './bodies.ts';
import type { StagedBytes } from './body-files.ts';
import { column, keyOf } from './columns.ts';
import { NewerStoreError } from './errors.ts';
import { keptBody } from './request-bodies.ts';
import type { RowCache, RowChange } from './row-cache.ts';
import {
  decodeFetch,
  decodeGeneration,
  decodeRecord,
  decodeRequest,
  encodeFetch,
  encodeRecordState,
  encodeRequest,
} from './rows.ts';
import type { RecordRow, Statements } from './statements.ts';

function toRecord([, request, row]: RecordRow): StoredRecord {
  return decodeRecord(row, () => decodeRequest(request));
}

/** The reads of a transaction. Every answer is there at once; the core's port has promises for slower hosts. */
export class ReadTransaction implements StoreReadTransaction {
  #ended = false;

  /**
   * @param known what this process knows of the rows, which is what the database has in this transaction
   * @param leaveOut told of each row that a list has to do without
   */
  constructor(
    readonly statements: Statements,
    protected readonly known: RowCache,
    private readonly leaveOut: (error: StoreError) => void,
  ) {}

  /** Has the transaction refuse everything from here on. */
  end(): void {
    this.#ended = true;
  }

  /** Whether what is known of the rows of a fetch is still so. */
  protected isAsKnown(_key: FetchKey): boolean {
    return true;
  }

  protected requireRunning(): void {
    if (this.#ended) throw waited();
  }

  async getGeneration(scope: string): Promise<string | undefined> {
    this.requireRunning();
    const [generation] = this.statements.getGeneration.get([column(scope)]) ?? [];
    return generation === undefined ? undefined : decodeGeneration(generation);
  }

  async getFetch(key: FetchKey): Promise<StoredBackgroundFetch | undefined> {
    this.requireRunning();
    const known = this.isAsKnown(key) ? this.known.fetch(key) : undefined;
    if (known) return known;
    const [row] = this.statements.getFetch.get([column(key)]) ?? [];
    return row === undefined ? undefined : decodeFetch(row);
  }

  async findFetches(registration: RegistrationKey, id: string): Promise<StoredBackgroundFetch[]> {
    this.requireRunning();
    const rows = this.statements.findFetches.all([column(registration), column(id)]);
    return rows.map(([row]) => decodeFetch(row));
  }

  async listFetches(registration?: RegistrationKey): Promise<StoredBackgroundFetch[]> {
    this.requireRunning();
    const { listFetches, listFetchesOf } = this.statements;
    const rows = registration === undefined ? listFetches.all([]) : listFetchesOf.all([column(registration)]);
    return rows.flatMap(([row]) => this.#decodeListed(row));
  }

  /** A row that is malformed is nobody's reason to do without all the others. */
  #decodeListed(row: string): StoredBackgroundFetch[] {
    try {
      return [decodeFetch(row)];
    } catch (error) {
      if (!(error instanceof StoreError) || error instanceof NewerStoreError) throw error;
      this.leaveOut(error);
      return [];
    }
  }

  async getRecord(fetch: FetchKey, index: number): Promise<StoredRecord | undefined> {
    this.requireRunning();
    const known = this.isAsKnown(fetch) ? this.known.record(fetch, index) : undefined;
    if (known) return known;
    const row = this.statements.getRecord.get([column(fetch), index]);
    return row && toRecord(row);
  }

  async listRecords(fetch: FetchKey, url?: string): Promise<StoredRecord[]> {
    this.requireRunning();
    const { listRecords, findRecords } = this.statements;
    if (url !== undefined) return findRecords.all([column(fetch), column(url)]).map(toRecord);
    const isAsKnown = this.isAsKnown(fetch);
    const known = isAsKnown ? this.known.records(fetch) : undefined;
    if (known) return known;
    const records = listRecords.all([column(fetch)]).map(toRecord);
    const row = isAsKnown ? await this.getFetch(fetch) : undefined;
    if (row) this.known.learn(row, records);
    return records;
  }
}

/** Runs work in a write transaction. */
export type Write = (work: (transaction: WriteTransaction) => Promise<void>) => Promise<void>;

/** The writes of a transaction. It fails as a whole if a write in it failed, whoever caught that. */
export class WriteTransaction extends ReadTransaction implements StoreTransaction, BodyChanges {
  readonly #bodies: Bodies;
  /** Files of which no row tells once this is committed. */
  readonly removed: string[] = [];
  /** Bytes of which rows tell once this is committed. */
  readonly placed: StagedBytes[] = [];
  /** Bytes on their way to their files: their rows must not be committed before. */
  readonly writing: Promise<void>[] = [];
  /** Request bodies whose files belong to rows once this is committed. */
  readonly kept: object[] = [];
  failure: { readonly error: unknown } | null = null;
  /** What it has written of rows. */
  readonly changes: RowChange[] = [];
  readonly #changed = new Set<FetchKey>();

  constructor(
    statements: Statements,
    known: RowCache,
    leaveOut: (error: StoreError) => void,
    bodies: Bodies,
  ) {
    super(statements, known, leaveOut);
    this.#bodies = bodies;
  }

  protected override isAsKnown(key: FetchKey): boolean {
    return !this.#changed.has(key);
  }

  putGeneration(scope: string, generation: string): void {
    this.#write(() => this.statements.putGeneration.run([column(scope), JSON.stringify(generation)]));
  }

  async nextOrder(): Promise<number> {
    return this.#write(() => this.statements.nextOrder.get([])?.[0] ?? 0);
  }

  putFetch(fetch: StoredBackgroundFetch): void {
    const { key, registration, id, order } = fetch;
    this.#write(() => {
      const row = encodeFetch(fetch);
      this.#note(key, { kind: 'fetch', key, row, isNew: this.#isNew(key) });
      this.statements.putFetch.run([column(key), column(registration), column(id), order, row]);
    });
  }

  deleteFetch(key: FetchKey): void {
    const fetch = [column(key)];
    this.#write(() => {
      this.#note(key, { kind: 'deletion', key });
      for (const [file] of this.statements.listFiles.all(fetch)) this.removed.push(file);
      for (const [file] of this.statements.listRequestFiles.all(fetch)) this.removed.push(file);
      const { deleteFetch, deleteRecords, deleteRequestBodies, deleteFiles, deleteAllBytes } =
        this.statements;
      for (const deletion of [deleteFetch, deleteRecords, deleteRequestBodies, deleteFiles, deleteAllBytes]) {
        deletion.run(fetch);
      }
    });
  }

  putRecord(record: StoredRecord): void {
    this.#write(() => {
      const settled = record.state === 'settled' ? 1 : 0;
      const fetch = column(record.fetch);
      const { updateRecord, putRecord } = this.statements;
      const state = encodeRecordState(record);
      this.#note(record.fetch, { kind: 'record', record });
      // a request never changes
      if (updateRecord.run([settled, state, fetch, record.index]).changes > 0) return;
      const { index, request } = record;
      putRecord.run([
        fetch,
        index,
        settled,
        column(withoutFragment(request.url)),
        encodeRequest(request),
        state,
      ]);
    });
  }

  putRequestBody(fetch: FetchKey, index: number, body: RequestBody): void {
    this.#write(() => {
      const kept = keptBody(body);
      this.statements.putRequestBody.run([column(fetch), index, body.size, kept.file, kept.data]);
      this.kept.push(kept);
    });
  }

  putBytes(body: BodyKey, offset: number, bytes: BytesToPut): void {
    this.#write(() => {
      const writing = this.#bodies.put(this, body, offset, bytes);
      if (!writing) return;
      // the promise is looked at when the work is done, which may be after it failed
      writing.catch(() => {});
      this.writing.push(writing);
    });
  }

  deleteBytes(body: BodyKey): void {
    this.#write(() => this.#bodies.delete(this, body));
  }

  async moveBytes(from: BodyKey, to: BodyKey): Promise<void> {
    const keys = [...keyOf(to), ...keyOf(from)];
    this.#write(() => {
      this.statements.moveFile.run(keys);
      this.statements.moveBytes.run(keys);
    });
  }

  /** The row of bytes that begins at `start` ends at `end` from now on; with `file`, the body's file is given up. */
  forgetBytes(body: BodyKey, start: number, end: number, file: boolean): void {
    this.#write(() => this.#bodies.forget(this, body, start, end, file));
  }

  /** The body is in its file as a whole, which is somebody else's, too, from now on. */
  lend(body: BodyKey, file: string, stamp: string): void {
    this.#write(() => {
      this.statements.emptyBytes.run(keyOf(body));
      this.statements.lendFile.run([stamp, file]);
    });
  }

  /** Whether there is neither a row of this fetch nor one of its records, nor was any in this transaction. */
  #isNew(key: FetchKey): boolean {
    if (this.#changed.has(key) || this.known.fetch(key)) return false;
    const { getFetch, hasRecords } = this.statements;
    return !getFetch.get([column(key)]) && !hasRecords.get([column(key)]);
  }

  #note(key: FetchKey, change: RowChange): void {
    this.#changed.add(key);
    this.changes.push(change);
  }

  #write<T>(write: () => T): T {
    this.requireRunning();
    try {
      return write();
    } catch (error) {
      this.failure ??= { error };
      throw error;
    }
  }
}

/**
 * The work of a transaction, which ends with it. Work that waits for anything but its transaction, whose answers are
 * there at once, is not done when the event loop goes round: it would keep everybody else waiting.
 */
export async function atOnce<T>(transaction: ReadTransaction, work: () => Promise<T>): Promise<T> {
  let late: NodeJS.Immediate | undefined;
  const wentRound = new Promise<never>((_, reject) => {
    late = setImmediate(() => reject(waited()));
  });
  try {
    return await Promise.race([work(), wentRound]);
  } finally {
    clearImmediate(late);
    transaction.end();
  }
}

function waited(): StoreError {
  return new StoreError('The transaction has ended, because its work waited for something else');
}
