import { probeBlobs } from './blob-probe.ts';
import { isQuotaError, toStoreError } from './errors.ts';
import { type Database, openDatabase } from './schema.ts';

interface Connection {
  readonly database: Database;
  /** Whether Blobs can be stored, found out when it is first asked. */
  canStoreBlobs(): Promise<boolean>;
}

export interface ConnectionHolder {
  /**
   * Resolves with what `start` makes of an open connection: a transaction, usually. Another context may close the
   * connection at any time by upgrading or deleting the database: then it is opened and `start` called again.
   */
  begin<T>(start: (connection: Connection) => T | Promise<T>): Promise<T>;
  /** The store's error for one of IndexedDB's, which may be a sign that the connection is lost. */
  failed(error: unknown): Error;
  close(): void;
}

async function openConnection(name: string, onClosed: () => void): Promise<Connection> {
  const database = await openDatabase(name, onClosed);
  let blobs: Promise<boolean> | undefined;
  return {
    database,
    canStoreBlobs: () => {
      blobs ??= probeBlobs(database).catch((error) => {
        blobs = undefined;
        throw error;
      });
      return blobs;
    },
  };
}

/** A connection that is opened when it is first used, and again when it was closed. */
export function holdConnection(name: string): ConnectionHolder {
  let current: Promise<Connection> | undefined;

  function open(): Promise<Connection> {
    const opening = openConnection(name, () => {
      if (current === opening) current = undefined;
    });
    return opening;
  }
  function close(): void {
    current?.then(({ database }) => database.close()).catch(() => {});
    current = undefined;
  }
  function failed(error: unknown): Error {
    const failure = toStoreError(error);
    // WebKit's "Connection to Indexed Database server lost" comes without an event: better a new connection.
    if (!isQuotaError(failure)) close();
    return failure;
  }

  return {
    async begin(start) {
      for (let retried = false; ; retried = true) {
        current ??= open();
        try {
          return await start(await current);
        } catch (error) {
          const failure = failed(error);
          if (retried || (error as Error).name !== 'InvalidStateError') throw failure;
        }
      }
    },
    failed,
    close,
  };
}
