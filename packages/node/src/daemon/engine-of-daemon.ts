import type {
  BackgroundFetchManager,
  BackgroundFetchRegistration,
  StoredBackgroundFetch,
  StoredRecord,
} from '@background-fetch/core';
import type { SaveRecord } from './receive-files.ts';

export type TerminalEvent = 'backgroundfetchsuccess' | 'backgroundfetchfail' | 'backgroundfetchabort';

/** The engine, as the daemon uses it. */
export interface EngineOfDaemon {
  readonly backgroundFetch: BackgroundFetchManager;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /** The event is handled when what the handler returns is settled. */
  onEvent(name: TerminalEvent, handler: (registration: BackgroundFetchRegistration) => Promise<void>): void;
  readonly saveRecord: SaveRecord;
  /** What is at rest, records that the API does not show included. */
  listFetches(): Promise<StoredBackgroundFetch[]>;
  /** The fetch of this id whose event is still to be handled. */
  findFetch(id: string): Promise<StoredBackgroundFetch | undefined>;
  listRecords(key: string): Promise<StoredRecord[]>;
  close(): Promise<void>;
}
