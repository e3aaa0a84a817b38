import type {
  BackgroundFetchEventName,
  BackgroundFetchManager,
  BackgroundFetchRegistration,
  KeptState,
  Revalidation,
  StoredBackgroundFetch,
  StoredState,
} from '@background-fetch/node';
import type { SaveRecord } from './receive-files.ts';

export const terminalEvents = [
  'backgroundfetchsuccess',
  'backgroundfetchfail',
  'backgroundfetchabort',
] as const satisfies readonly BackgroundFetchEventName[];
export type TerminalEvent = (typeof terminalEvents)[number];

/** The engine, as the daemon uses it. */
export interface EngineOfDaemon {
  readonly backgroundFetch: BackgroundFetchManager;
  pause(id: string): Promise<void>;
  /** One that failed goes on, too, if anything of it was kept. */
  resume(id: string): Promise<void>;
  /** Forgets what was kept of one that failed. */
  forget(id: string): Promise<unknown>;
  /** The event is handled when what the handler returns is settled. */
  onEvent(name: TerminalEvent, handler: (registration: BackgroundFetchRegistration) => Promise<void>): void;
  readonly saveRecord: SaveRecord;
  /** Those whose event is still to be handled, with what the API does not show. */
  listFetches(): Promise<StoredBackgroundFetch[]>;
  /** The fetch of this id whose event is still to be handled. */
  findFetch(id: string): Promise<StoredState | undefined>;
  /** What a fetch of this id that failed has left to go on from. */
  findKept(id: string): Promise<KeptState>;
  /** Why the last attempt at a URL of a fetch failed; null where that is not known. */
  causeOf(id: string, url: string): string | null;
  /** What the server says of the version of which it gave this condition: whether it still has that. Never rejects. */
  askAboutVersion(
    id: string,
    request: Request,
    condition: readonly [name: string, value: string],
  ): Promise<Revalidation>;
  close(): Promise<void>;
}
