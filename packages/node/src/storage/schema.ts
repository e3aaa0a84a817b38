/** Marks the file as ours: "BgFt". */
export const applicationId = 0x42674674;

/** Version of the tables. Raise it when they change, and whenever the core's `schemaVersion` is raised. */
export const databaseVersion = 1;

/**
 * Texts that apps choose are kept as JSON strings: docs/discoveries.md#texts-that-sqlite-cant-hold
 *
 * `url` of a record is that of its request without the fragment, to find it by.
 *
 * `bytes` says which bytes of a body are stored: in `data`, or where that is null in the body's file, at the same
 * offset. What a file holds beyond its rows does not count.
 */
export const createTables = `
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE generations (scope TEXT PRIMARY KEY, generation TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE fetches (
  key TEXT PRIMARY KEY, registration TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, row TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX fetches_by_position ON fetches (position);
CREATE INDEX fetches_by_registration ON fetches (registration, position);
CREATE INDEX fetches_by_id ON fetches (registration, id, position);
CREATE TABLE records (
  fetch TEXT NOT NULL, number INTEGER NOT NULL, settled INTEGER NOT NULL, url TEXT NOT NULL, request TEXT NOT NULL,
  row TEXT NOT NULL,
  PRIMARY KEY (fetch, number)
) WITHOUT ROWID;
CREATE INDEX records_by_url ON records (fetch, url, number);
CREATE TABLE requests (
  fetch TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, file TEXT, data BLOB,
  PRIMARY KEY (fetch, number)
);
CREATE TABLE bodies (
  fetch TEXT NOT NULL, number INTEGER NOT NULL, body INTEGER NOT NULL, file TEXT NOT NULL, lent TEXT,
  PRIMARY KEY (fetch, number, body)
) WITHOUT ROWID;
CREATE TABLE bytes (
  fetch TEXT NOT NULL, number INTEGER NOT NULL, body INTEGER NOT NULL, start INTEGER NOT NULL,
  length INTEGER NOT NULL, data BLOB,
  PRIMARY KEY (fetch, number, body, start)
);
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${databaseVersion};
`;
