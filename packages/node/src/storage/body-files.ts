import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { readdir, rm, stat, statfs, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '@background-fetch/common';
import { DirectWrites } from './direct-writes.ts';
import { isMissing } from './errors.ts';
import type { Faults } from './faults.ts';
import { OpenFiles } from './open-files.ts';
import { SharedSync } from './shared-sync.ts';

/** Bytes of a body that are durable in its file, and of which no row tells yet. */
export interface StagedBytes {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  /** Something else was written to their place since. */
  overwritten: boolean;
}

interface Write {
  readonly bytes: StagedBytes;
  readonly done: Promise<void>;
}

function overlap(a: StagedBytes, b: StagedBytes): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}

/**
 * bytes of the disk that bodies leave to the database: without them nobody could write down that a fetch has failed for
 * lack of space, nor let go of what it stored, and the disk would stay full
 */
const leftToDatabase = 2 ** 20;

/** The files that bodies are kept in. What of them counts is what the database says. */
export class BodyFiles {
  readonly folder: string;
  readonly #faults: Faults;
  readonly #files: OpenFiles;
  readonly #direct: DirectWrites;
  readonly #writes = new Map<string, readonly Write[]>();
  readonly #folderSync: SharedSync;
  readonly #removals = new Set<Promise<void>>();

  constructor(directory: string, faults: Faults) {
    this.folder = join(directory, 'bodies');
    this.#files = new OpenFiles(this.folder);
    this.#direct = new DirectWrites(this.folder);
    this.#faults = faults;
    this.#folderSync = new SharedSync(() => syncFolder(this.folder));
  }

  path(file: string): string {
    return this.#files.path(file);
  }

  newName(): string {
    return randomBytes(12).toString('hex');
  }

  /** Creates an empty file. Resolves with its name when a crash can't take it from its folder any more. */
  async create(file: string): Promise<string> {
    await this.#files.create(file);
    await this.#folderSync.request();
    return file;
  }

  /** Writes `parts` at `offset` and resolves when they are on stable storage. */
  async write(file: string, offset: number, parts: readonly Uint8Array[]): Promise<StagedBytes> {
    const length = parts.reduce((total, part) => total + part.byteLength, 0);
    const bytes: StagedBytes = { file, offset, length, overwritten: false };
    const before = this.#recent(file).filter(({ bytes: other }) => overlap(bytes, other));
    for (const { bytes: other } of before) other.overwritten = true;
    const done = this.#write(bytes, parts, before);
    this.#writes.set(file, [...this.#recent(file), { bytes, done }]);
    try {
      await done;
      return bytes;
    } catch (error) {
      this.release(bytes);
      throw error;
    }
  }

  /** Writes to a file that are under way, or of which no row tells yet. */
  #recent(file: string): readonly Write[] {
    return this.#writes.get(file) ?? [];
  }

  async #write(
    { file, offset }: StagedBytes,
    parts: readonly Uint8Array[],
    before: readonly Write[],
  ): Promise<void> {
    // a write that was given up may still be under way, and must not come out on top
    for (const { done } of before) await done.catch(() => {});
    await this.#files.use(file, async (handle) => {
      this.#faults('write');
      for (const rest of await this.#direct.write(file, { offset, parts })) {
        await writeAll(handle, rest.offset, rest.parts);
      }
      this.#faults('sync');
      // the size and the place of the bytes are synced, too: only times are not
      await Promise.all([handle.datasync(), this.#requireRoom()]);
      this.#faults('synced');
    });
  }

  /** @throws an error as of the file system where bodies have taken what is the database's */
  async #requireRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(this.folder);
    if (bavail * bsize >= leftToDatabase) return;
    const error = new Error(`ENOSPC: bodies leave ${leftToDatabase} bytes of the disk to the database`);
    throw Object.assign(error, { code: 'ENOSPC', syscall: 'write' });
  }

  /** Writes what no row will tell of before `sync` has been called. */
  async append(file: string, offset: number, parts: readonly Uint8Array[]): Promise<void> {
    await this.#files.use(file, async (handle) => {
      this.#faults('write');
      await writeAll(handle, offset, parts);
      await this.#requireRoom();
    });
  }

  async sync(file: string): Promise<void> {
    await this.#files.use(file, async (handle) => {
      this.#faults('sync');
      await handle.datasync();
      this.#faults('synced');
    });
  }

  /** Notes that the bytes were counted by a row, or given up: other bytes may be written to their place from now on. */
  release(bytes: StagedBytes): void {
    const left = this.#recent(bytes.file).filter((write) => write.bytes !== bytes);
    if (left.length > 0) this.#writes.set(bytes.file, left);
    else this.#writes.delete(bytes.file);
  }

  /** Fewer bytes than asked for only where the file ends. */
  read(file: string, start: number, end: number): Promise<Uint8Array> {
    return this.#files.use(file, async (handle) => {
      const buffer = Buffer.allocUnsafeSlow(end - start);
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, start + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    });
  }

  /**
   * bytes in a file; null if it is gone, or changed since it was lent
   * @param lent what `stampOf` said of it then, null if nobody else has it
   */
  async intactSize(file: string, lent: string | null): Promise<number | null> {
    try {
      const found = await stat(this.path(file), { bigint: true });
      return lent === null || lent === stampOf(found) ? Number(found.size) : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Frees what a failed write left beyond `end` and beyond what others have written; later writes wait for that. */
  async cutBack(file: string, end: number): Promise<void> {
    const recent = this.#recent(file);
    const isCut = ({ bytes }: Write): boolean => bytes.length === Number.POSITIVE_INFINITY;
    // another cut that is under way has written nothing
    const ends = recent.filter((write) => !isCut(write)).map(({ bytes }) => bytes.offset + bytes.length);
    const offset = Math.max(end, ...ends);
    const bytes = { file, offset, length: Number.POSITIVE_INFINITY, parts: [], overwritten: false };
    const done = this.#cutAfter(recent.filter(isCut), file, offset);
    this.#writes.set(file, [...this.#recent(file), { bytes, done }]);
    // this cut only frees space, and its failure is no news
    await done.catch(() => {});
    this.release(bytes);
  }

  /**
   * Cuts a file after the cuts before. One that was to leave more must not come after one that leaves less: it would
   * make the file longer again.
   */
  async #cutAfter(cuts: readonly Write[], file: string, length: number): Promise<void> {
    await Promise.allSettled(cuts.map(({ done }) => done));
    await this.cut(file, length);
  }

  /** Cuts off what lies beyond `length`. */
  async cut(file: string, length: number): Promise<void> {
    await truncate(this.path(file), length);
  }

  async names(): Promise<string[]> {
    return await readdir(this.folder);
  }

  /**
   * Removes files of which no row tells any more. One that can't be removed now is removed at the next start, as is
   * any that a crash leaves behind.
   */
  remove(files: readonly string[]): void {
    if (files.length === 0) return;
    this.#faults('unlink');
    const removal = this.#remove(files).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  async #remove(files: readonly string[]): Promise<void> {
    for (const file of files) {
      this.#writes.delete(file);
      await this.#files.forget(file);
      await this.#direct.forget(file);
      await this.#removeFile(file).catch(() => {});
    }
  }

  async #removeFile(file: string): Promise<void> {
    await rm(this.path(file), { force: true });
  }

  async close(): Promise<void> {
    await Promise.all(this.#removals);
    await this.#files.close();
    await this.#direct.close();
  }
}

/** A text that changes when somebody writes to a file. */
export function stampOf({ size, mtimeNs }: BigIntStats): string {
  return `${size} ${mtimeNs}`;
}

async function writeAll(handle: FileHandle, offset: number, parts: readonly Uint8Array[]): Promise<void> {
  let position = offset;
  let left = parts.filter((part) => part.byteLength > 0);
  while (left.length > 0) {
    // the kernel takes so many buffers in one call
    const batch = left.slice(0, 1024);
    const { bytesWritten } = await handle.writev(batch, position);
    if (bytesWritten === 0) throw new Error('The file took no bytes');
    position += bytesWritten;
    left = [...dropWritten(batch, bytesWritten), ...left.slice(1024)];
  }
}

/** The rest of the buffers after a write that took only so many bytes. */
function dropWritten(buffers: readonly Uint8Array[], written: number): Uint8Array[] {
  let skipped = written;
  return buffers.flatMap((buffer) => {
    const skip = Math.min(skipped, buffer.byteLength);
    skipped -= skip;
    return skip === buffer.byteLength ? [] : [buffer.subarray(skip)];
  });
}
