import {
  type BodyKey,
  type FetchKey,
  NewerSchemaError,
  type RequestBody,
  type StoredBackgroundFetch,
  type StoredRecord,
  StoreError,
  schemaVersion,
} from '@background-fetch/node';

/** Some bytes of a body that follow one another. Nobody changes them. */
export interface Chunk {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** A row that belongs to a background fetch, and goes with it. */
export interface Owned<Row> {
  readonly fetch: FetchKey;
  readonly row: Row;
}

/** All that is stored. A transaction changes copies of these maps, and what is in them is never changed. */
export interface Tables {
  readonly generations: Map<string, string>;
  readonly fetches: Map<FetchKey, StoredBackgroundFetch>;
  readonly records: Map<string, Owned<StoredRecord>>;
  readonly requestBodies: Map<string, Owned<RequestBody>>;
  readonly bodies: Map<string, Owned<readonly Chunk[]>>;
  /** the number that was given last */
  lastOrder: number;
}

export function emptyTables(): Tables {
  return {
    generations: new Map(),
    fetches: new Map(),
    records: new Map(),
    requestBodies: new Map(),
    bodies: new Map(),
    lastOrder: 0,
  };
}

export function copyTables({ lastOrder, ...maps }: Tables): Tables {
  return {
    generations: new Map(maps.generations),
    fetches: new Map(maps.fetches),
    records: new Map(maps.records),
    requestBodies: new Map(maps.requestBodies),
    bodies: new Map(maps.bodies),
    lastOrder,
  };
}

/** One text for each list of parts, whatever characters are in them. */
export function nameOf(...parts: readonly (string | number)[]): string {
  return JSON.stringify(parts);
}

export function nameOfBody({ fetch, index, body }: BodyKey): string {
  return nameOf(fetch, index, body);
}

/** A row as it is kept: whoever gave it may change his own. */
export function toStored<Row>(row: Row): Row {
  try {
    return structuredClone(row);
  } catch (cause) {
    throw new StoreError('A row can not be stored: it is not plain data', { cause });
  }
}

/** A row as it is given out. One of a newer version is refused, and left alone. */
export function fromStored<Row extends { readonly schema: number }>(row: Row): Row {
  if (row.schema > schemaVersion) throw new NewerSchemaError();
  return structuredClone(row);
}

/** The chunk that has this byte. */
export function findChunk(chunks: readonly Chunk[] | undefined, position: number): Chunk | undefined {
  return chunks?.find(({ start, bytes }) => start <= position && position < start + bytes.byteLength);
}
