import { type BodyKey, type HostBytes, StoreError } from '@background-fetch/core';
import type { BodyFiles, StagedBytes } from './body-files.ts';
import { type BodyColumns, keyOf } from './columns.ts';
import { DamagedStoreError, isMissing } from './errors.ts';
import type { BytesRow, Statements } from './statements.ts';

/** bytes of a body that are kept in the database: a file and its sync cost more than they save */
const largestInline = 64 * 1024;
/** bytes that one read brings into memory at most */
const longestRead = 1024 * 1024;

/** Received bytes, and where they are in a file; null where the transaction writes them itself. */
interface Staged {
  readonly parts: readonly Uint8Array[];
  readonly placed: StagedBytes | null;
}

/** Bytes as a transaction takes them. */
export type BytesToPut = readonly Uint8Array[] | HostBytes;

/** The changes of bodies by a transaction, and what is to be done about files once it has ended. */
export interface BodyChanges {
  readonly statements: Statements;
  /** the files that it has given up */
  readonly removed: string[];
  /** Bytes that may be released once the transaction is committed: before, their file can be mistaken for a leftover. */
  readonly placed: StagedBytes[];
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((total, part) => total + part.byteLength, 0);
}

/**
 * The bytes of response bodies: the first few in the database, so that a small body costs no file, all others in one
 * file for each body. Bytes go to stable storage first, and the row that makes them count is committed after that.
 */
export class Bodies {
  readonly #files: BodyFiles;
  readonly #reader: Statements;
  /** The last call to stage bytes of a body. */
  readonly #staging = new Map<string, Promise<void>>();
  /** Files of bodies of which no row may tell yet. */
  readonly #created = new Map<string, Promise<string>>();

  constructor(files: BodyFiles, reader: Statements) {
    this.#files = files;
    this.#reader = reader;
  }

  /**
   * Makes bytes durable ahead of the transaction that puts them, and resolves with what that takes. Calls for one body
   * resolve in their order, however the disk takes them.
   */
  async stage(body: BodyKey, offset: number, parts: readonly Uint8Array[]): Promise<HostBytes> {
    const size = sizeOf(parts);
    const placed = size === 0 ? null : await this.#place(body, offset, size, parts);
    return { size, value: { parts, placed } satisfies Staged };
  }

  async #place(
    body: BodyKey,
    offset: number,
    size: number,
    parts: readonly Uint8Array[],
  ): Promise<StagedBytes | null> {
    const key = keyOf(body);
    const name = JSON.stringify(key);
    // a small body, which needs no file
    if (offset === 0 && size <= largestInline && !this.#created.has(name)) return null;
    const [stored, lent] = this.#reader.getFile.get(key) ?? [];
    if (lent) return null;
    if (stored !== undefined) this.#created.delete(name);
    if (stored === undefined && !this.#created.has(name) && offset + size <= largestInline) return null;
    const before = this.#staging.get(name);
    const file = stored === undefined ? this.#create(name) : Promise.resolve(stored);
    const done = this.#writeAhead(key, file, offset, parts).finally(() => before);
    const settled = done.then(
      () => {},
      () => {},
    );
    this.#staging.set(name, settled);
    try {
      return await done;
    } finally {
      if (this.#staging.get(name) === settled) this.#staging.delete(name);
    }
  }

  async #writeAhead(
    key: BodyColumns,
    created: Promise<string>,
    offset: number,
    parts: readonly Uint8Array[],
  ): Promise<StagedBytes> {
    const file = await created;
    try {
      return await this.#files.write(file, offset, parts);
    } catch (error) {
      // a full disk took as much as it could
      await this.#files.cutBack(file, this.#reader.filedEnd.get(key)?.[0] ?? 0);
      throw error;
    }
  }

  #create(name: string): Promise<string> {
    let created = this.#created.get(name);
    if (!created) {
      created = this.#files.create(this.#files.newName());
      this.#created.set(name, created);
      created.catch(() => this.#created.delete(name));
    }
    return created;
  }

  /** Writes the row of bytes. Resolves when the bytes are durable, null if they are, or will be with the row. */
  put(
    { statements, removed, placed }: BodyChanges,
    body: BodyKey,
    offset: number,
    bytes: BytesToPut,
  ): Promise<void> | null {
    const { parts, placed: staged } =
      'value' in bytes ? (bytes.value as Staged) : { parts: bytes, placed: null };
    const length = sizeOf(parts);
    if (length === 0) return null;
    const key = keyOf(body);
    const before = statements.findBytes.get([...key, offset]);
    if (before && before[0] + before[1] > offset) throw overlapping(body, offset);
    const [file, lent] = statements.getFile.get(key) ?? [];
    if (lent) throw new StoreError('The body was saved as a file, and can not be continued');
    if (file === undefined && offset + length <= largestInline && !staged) {
      statements.putBytes.run([...key, offset, length, Buffer.concat(parts, length)]);
      return null;
    }
    const usable =
      staged && !staged.overwritten && staged.offset === offset && !removed.includes(staged.file);
    const ready = usable && (file === undefined || file === staged.file) ? staged.file : null;
    const target = ready ?? file ?? this.#files.newName();
    if (file === undefined) statements.putFile.run([...key, target]);
    putRow(statements, key, offset, length, before);
    if (ready !== null && staged) {
      placed.push(staged);
      return null;
    }
    return this.#write(key, target, file === undefined, offset, parts).then(
      (written) => void placed.push(written),
    );
  }

  /** Writes bytes that were not staged. The caller may change its parts as soon as this returns. */
  async #write(
    key: BodyColumns,
    file: string,
    isNew: boolean,
    offset: number,
    parts: readonly Uint8Array[],
  ): Promise<StagedBytes> {
    const copy = Buffer.concat(parts);
    try {
      if (isNew) await this.#files.create(file);
      return await this.#files.write(file, offset, [copy]);
    } catch (error) {
      if (isNew) this.#files.remove([file]);
      else await this.#files.cutBack(file, this.#reader.filedEnd.get(key)?.[0] ?? 0);
      throw error;
    }
  }

  /** The rows of a transaction are committed: they tell of the files from now on. */
  committed(placed: readonly StagedBytes[]): void {
    for (const bytes of placed) this.#files.release(bytes);
    for (const [name] of this.#created) {
      const key = JSON.parse(name) as BodyColumns;
      if (this.#reader.getFile.get(key) !== undefined) this.#created.delete(name);
    }
  }

  delete({ statements, removed }: BodyChanges, body: BodyKey): void {
    const key = keyOf(body);
    const [file] = statements.getFile.get(key) ?? [];
    if (file !== undefined) removed.push(file);
    statements.deleteFile.run(key);
    statements.deleteBytes.run(key);
    this.#created.delete(JSON.stringify(key));
  }

  /** Makes the row that begins at `start` end at `end`; with `withFile`, the file is given up, too. */
  forget(
    { statements, removed }: BodyChanges,
    body: BodyKey,
    start: number,
    end: number,
    withFile: boolean,
  ): void {
    const key = keyOf(body);
    if (end > start) statements.resizeBytes.run([end - start, ...key, start]);
    else statements.deleteRange.run([...key, start]);
    const [file] = statements.getFile.get(key) ?? [];
    if (!withFile || file === undefined) return;
    removed.push(file);
    statements.deleteFile.run(key);
    this.#created.delete(JSON.stringify(key));
  }

  /** See `Store.readBytes`. */
  async read(body: BodyKey, start: number, end: number): Promise<Uint8Array | null> {
    const key = keyOf(body);
    const found = this.#find(key, start);
    if (!found || end <= start) return null;
    const [from, length, data] = found;
    const to = Math.min(end, from + length, start + longestRead);
    if (data !== null) {
      // a body is read on and on until its row is at its end
      if (!(data instanceof Uint8Array) || data.byteLength !== length)
        throw lost(body, 'its row was changed');
      return data.subarray(start - from, to - from);
    }
    const [file, lent] = this.#reader.getFile.get(key) ?? [];
    if (file === undefined) throw lost(body, 'no file belongs to its rows');
    try {
      if (lent && (await this.#files.intactSize(file, lent)) === null) {
        throw lost(body, 'it was saved as a file, and that file was changed since');
      }
      const bytes = await this.#files.read(file, start, to);
      if (bytes.byteLength > 0) return bytes;
    } catch (error) {
      // the file may have been deleted on purpose since its row was read
      if (!this.#find(key, start)) return null;
      throw isMissing(error) ? lost(body, 'its file is gone', error) : error;
    }
    if (!this.#find(key, start)) return null;
    throw lost(body, `its file ends before byte ${start}`);
  }

  #find(key: BodyColumns, start: number): BytesRow | null {
    const row = this.#reader.findBytes.get([...key, start]);
    return row && row[0] + row[1] > start ? row : null;
  }
}

/** A row for the bytes, or the row before made longer: a body that comes in one piece has one row. */
function putRow(
  statements: Statements,
  key: BodyColumns,
  offset: number,
  length: number,
  before: BytesRow | undefined,
): void {
  if (before && before[2] === null && before[0] + before[1] === offset) {
    statements.resizeBytes.run([before[1] + length, ...key, before[0]]);
  } else statements.putBytes.run([...key, offset, length, null]);
}

function overlapping({ fetch, index, body }: BodyKey, offset: number): StoreError {
  return new StoreError(`Byte ${offset} of body ${body} of record ${index} of ${fetch} is stored already`);
}

function lost({ index }: BodyKey, why: string, cause?: unknown): DamagedStoreError {
  return new DamagedStoreError(
    `The stored body of record ${index} can't be read: ${why}. Something other than background-fetch has changed ` +
      'it. Fetch the resource again; everything else in the store is intact.',
    cause === undefined ? {} : { cause },
  );
}
