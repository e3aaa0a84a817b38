import { type DatabaseConnection, prepare, type Statement } from './database.ts';

/** A row of `bytes`: `data` is null where the bytes are in the body's file. */
export type BytesRow = [start: number, length: number, data: Buffer | null];
/** A row of `bytes` and its body, whose bytes are in a file. */
export type FiledBytesRow = [
  index: number,
  body: number,
  file: string,
  lent: string | null,
  start: number,
  length: number,
];
/** A row of `records`. */
export type RecordRow = [number: number, request: string, row: string];
/** A row of `requests`: the body of a request, in a file or in the row. */
export type RequestBodyRow = [size: number, file: string | null, data: Buffer | null];

const body = 'fetch = ? AND number = ? AND body = ?';

/** Everything that is asked of the database, prepared when it is first used. */
const sql = {
  getGeneration: 'SELECT generation FROM generations WHERE scope = ?',
  putGeneration: 'INSERT OR REPLACE INTO generations VALUES (?, ?)',
  nextOrder: `INSERT INTO counters VALUES ('order', 1)
    ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value`,

  getFetch: 'SELECT row FROM fetches WHERE key = ?',
  findFetches: 'SELECT row FROM fetches WHERE registration = ? AND id = ? ORDER BY position',
  listFetches: 'SELECT row FROM fetches ORDER BY position',
  listFetchesOf: 'SELECT row FROM fetches WHERE registration = ? ORDER BY position',
  putFetch: 'INSERT OR REPLACE INTO fetches VALUES (?, ?, ?, ?, ?)',
  deleteFetch: 'DELETE FROM fetches WHERE key = ?',

  getRecord: 'SELECT number, request, row FROM records WHERE fetch = ? AND number = ?',
  hasRecords: 'SELECT 1 FROM records WHERE fetch = ? LIMIT 1',
  listRecords: 'SELECT number, request, row FROM records WHERE fetch = ? ORDER BY number',
  findRecords: 'SELECT number, request, row FROM records WHERE fetch = ? AND url = ? ORDER BY number',
  putRecord: 'INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)',
  updateRecord: 'UPDATE records SET settled = ?, row = ? WHERE fetch = ? AND number = ?',
  deleteRecords: 'DELETE FROM records WHERE fetch = ?',

  getRequestBody: 'SELECT size, file, data FROM requests WHERE fetch = ? AND number = ?',
  putRequestBody: 'INSERT OR REPLACE INTO requests VALUES (?, ?, ?, ?, ?)',
  deleteRequestBodies: 'DELETE FROM requests WHERE fetch = ?',
  listRequestFiles: 'SELECT file FROM requests WHERE fetch = ? AND file IS NOT NULL',

  getFile: `SELECT file, lent FROM bodies WHERE ${body}`,
  putFile: 'INSERT OR IGNORE INTO bodies VALUES (?, ?, ?, ?, NULL)',
  moveFile: `UPDATE bodies SET fetch = ?, number = ?, body = ? WHERE ${body}`,
  lendFile: 'UPDATE bodies SET lent = ? WHERE file = ?',
  listFiles: 'SELECT file FROM bodies WHERE fetch = ?',
  deleteFile: `DELETE FROM bodies WHERE ${body}`,
  deleteFiles: 'DELETE FROM bodies WHERE fetch = ?',
  allFiles: 'SELECT file FROM bodies UNION ALL SELECT file FROM requests WHERE file IS NOT NULL',
  /** Bodies that may still grow, with how far their rows reach. */
  growingFiles: `SELECT b.file, coalesce(max(r.start + r.length), 0) FROM bodies b
    JOIN records USING (fetch, number)
    LEFT JOIN bytes r ON r.fetch = b.fetch AND r.number = b.number AND r.body = b.body AND r.data IS NULL
    WHERE NOT records.settled AND b.lent IS NULL GROUP BY b.file`,
  /** Bodies of a fetch that are in a file, with the ranges that are there. */
  filedBytes: `SELECT b.number, b.body, b.file, b.lent, r.start, r.length FROM bodies b
    JOIN bytes r ON r.fetch = b.fetch AND r.number = b.number AND r.body = b.body AND r.data IS NULL
    WHERE b.fetch = ?`,

  /** The last row that begins at an offset or before it. */
  findBytes: `SELECT start, length, data FROM bytes WHERE ${body} AND start <= ? ORDER BY start DESC LIMIT 1`,
  listBytes: `SELECT start, length, data FROM bytes WHERE ${body} ORDER BY start`,
  putBytes: 'INSERT INTO bytes VALUES (?, ?, ?, ?, ?, ?)',
  filedEnd: `SELECT coalesce(max(start + length), 0) FROM bytes WHERE ${body} AND data IS NULL`,
  resizeBytes: `UPDATE bytes SET length = ? WHERE ${body} AND start = ?`,
  moveBytes: `UPDATE bytes SET fetch = ?, number = ?, body = ? WHERE ${body}`,
  emptyBytes: `UPDATE bytes SET data = NULL WHERE ${body}`,
  deleteRange: `DELETE FROM bytes WHERE ${body} AND start = ?`,
  deleteBytes: `DELETE FROM bytes WHERE ${body}`,
  deleteAllBytes: 'DELETE FROM bytes WHERE fetch = ?',
} as const;

interface Rows {
  getGeneration: [string];
  nextOrder: [number];
  getFetch: [string];
  findFetches: [string];
  listFetches: [string];
  listFetchesOf: [string];
  getRecord: RecordRow;
  listRecords: RecordRow;
  findRecords: RecordRow;
  getRequestBody: RequestBodyRow;
  listRequestFiles: [string];
  getFile: [file: string, lent: string | null];
  listFiles: [string];
  allFiles: [string];
  growingFiles: [file: string, end: number];
  filedBytes: FiledBytesRow;
  findBytes: BytesRow;
  listBytes: BytesRow;
  filedEnd: [number];
}

type Name = keyof typeof sql;
type RowOf<N extends Name> = N extends keyof Rows ? Rows[N] : never;

/** The statements of a store on one connection, by their names. */
export type Statements = { readonly [N in Name]: Statement<RowOf<N>> };

/** Makes the statements for a connection; each is prepared when it is first used. */
export function prepareStatements(connection: DatabaseConnection): Statements {
  const statements = {} as Statements;
  for (const name of Object.keys(sql) as Name[]) {
    Object.defineProperty(statements, name, {
      configurable: true,
      get() {
        const value = prepare(connection, sql[name]);
        Object.defineProperty(statements, name, { value });
        return value;
      },
    });
  }
  return statements;
}
