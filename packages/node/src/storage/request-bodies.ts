import { openAsBlob } from 'node:fs';
import { type FetchKey, type RequestBody, StoreError } from '@background-fetch/core';
import type { BodyFiles } from './body-files.ts';
import { column } from './columns.ts';
import { DamagedStoreError } from './errors.ts';
import type { Statements } from './statements.ts';

/** bytes of a request body that are kept in the database */
const largestInline = 64 * 1024;
/** bytes that are written to a file at a time */
const writeSize = 1024 * 1024;

/** A request body that was taken in: in memory if it is small, on stable storage if not. */
export class KeptBody {
  constructor(
    readonly file: string | null,
    readonly data: Buffer | null,
  ) {}
}

/**
 * The request body as `takeRequestBody` took it in.
 * @throws StoreError for any other
 */
export function keptBody(body: RequestBody): KeptBody {
  if (body.value instanceof KeptBody) return body.value;
  throw new StoreError('Only a request body that this store has taken can be put into it');
}

const files = new WeakMap<Blob, string>();

/** The path of the file behind a request body that a store gave, undefined if it is in memory. */
export function fileOfRequestBody(body: RequestBody): string | undefined {
  return body.value instanceof Blob ? files.get(body.value) : undefined;
}

/** Streams a request's body into a file. It is not in memory as a whole unless it is small. */
export async function takeRequestBody(store: BodyFiles, request: Request): Promise<RequestBody> {
  if (request.bodyUsed) throw new TypeError('The body of the request was used before');
  const intake = new Intake(store);
  try {
    for await (const chunk of request.body ?? []) await intake.add(chunk);
    return await intake.end();
  } catch (error) {
    intake.giveUp();
    throw error;
  }
}

class Intake {
  readonly #store: BodyFiles;
  #parts: Uint8Array[] = [];
  #gathered = 0;
  #written = 0;
  #file: string | null = null;

  constructor(store: BodyFiles) {
    this.#store = store;
  }

  async add(chunk: unknown): Promise<void> {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('A chunk of the request body is not bytes');
    this.#parts.push(chunk);
    this.#gathered += chunk.byteLength;
    if (this.#gathered >= writeSize) await this.#write();
  }

  async end(): Promise<RequestBody> {
    if (this.#file === null && this.#gathered <= largestInline) {
      return { size: this.#gathered, value: new KeptBody(null, Buffer.concat(this.#parts)) };
    }
    await this.#write();
    await this.#store.sync(this.#file as string);
    return { size: this.#written, value: new KeptBody(this.#file, null) };
  }

  giveUp(): void {
    if (this.#file !== null) this.#store.remove([this.#file]);
  }

  async #write(): Promise<void> {
    this.#file ??= await this.#store.create(this.#store.newName());
    await this.#store.append(this.#file, this.#written, this.#parts);
    this.#written += this.#gathered;
    this.#parts = [];
    this.#gathered = 0;
  }
}

/** The stored body as a Blob, whose bytes are read when they are needed. */
export async function findRequestBody(
  store: BodyFiles,
  reader: Statements,
  fetch: FetchKey,
  index: number,
): Promise<RequestBody | null> {
  const [size, file, data] = reader.getRequestBody.get([column(fetch), index]) ?? [];
  if (size === undefined) return null;
  if (!file) {
    const value = new Blob([(data ?? Buffer.alloc(0)) as Buffer<ArrayBuffer>]);
    if (value.size !== size) throw unreadable('its row', `it has ${value.size} bytes instead of ${size}`);
    return { size, value };
  }
  const path = store.path(file);
  const blob = await openBlob(path);
  if (blob.size !== size) throw unreadable(path, `it has ${blob.size} bytes instead of ${size}`);
  files.set(blob, path);
  return { size, value: blob };
}

async function openBlob(path: string): Promise<Blob> {
  try {
    // `openAsBlob()` throws where it could reject
    return await openAsBlob(path);
  } catch (cause) {
    throw unreadable(path, 'it can not be opened', cause);
  }
}

function unreadable(path: string, why: string, cause?: unknown): DamagedStoreError {
  return new DamagedStoreError(
    `The stored body of a request can't be read from ${path}: ${why}. Something other than background-fetch has ` +
      'changed it. Start the upload again; everything else in the store is intact.',
    cause === undefined ? {} : { cause },
  );
}
