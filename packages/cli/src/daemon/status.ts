import type { BackgroundFetchFailureReason } from '@background-fetch/node';

/** What the daemon tells of its fetches. URLs in it are redacted; titles and names are as somebody wrote them. */

/** How a fetch ends. */
export const endedStates = ['success', 'failure', 'aborted'] as const;
export type EndedState = (typeof endedStates)[number];

/** `saving`: everything was received, and files are on their way to their places. */
export type FetchState = 'active' | 'paused' | 'saving' | EndedState;

/** `retrying`: the next attempt comes at `retryAt`. `received`: whole, in the store. */
export type FileState =
  | 'waiting'
  | 'transferring'
  | 'retrying'
  | 'unanswered'
  | 'received'
  | 'saved'
  | 'failed';

/** Why a file, or a fetch, failed. */
export type FailureReason = BackgroundFetchFailureReason;

/** The commands that ask for fetches. */
export const askingCommands = ['get', 'fetch'] as const;
export type AskingCommand = (typeof askingCommands)[number];

export interface FileStatus {
  readonly index: number;
  readonly url: string;
  readonly state: FileState;
  /** bytes, as is the next; `total` is null while nobody said */
  readonly downloaded: number;
  readonly total: number | null;
  /** the HTTP status, null before there is one */
  readonly status: number | null;
  readonly reason: FailureReason;
  /** why the last attempt failed, in one line; null where none did, or that is not known */
  readonly cause: string | null;
  /** ms since the epoch */
  readonly retryAt: number | null;
  /** where it was saved */
  readonly path: string | null;
}

export interface FetchStatus {
  readonly id: string;
  readonly title: string;
  readonly state: FetchState;
  readonly reason: FailureReason;
  /** that of the first file that failed, or is tried again */
  readonly cause: string | null;
  /** ms since the epoch */
  readonly created: number;
  /** bytes, as are the next three; `total` is null while nobody said */
  readonly downloaded: number;
  readonly total: number | null;
  readonly uploaded: number;
  readonly uploadTotal: number;
  /** how many files there are, how many are received, saved or failed, and how many of these have failed */
  readonly fileCount: number;
  readonly filesDone: number;
  readonly filesFailed: number;
  /** where its files go when they are saved; null if nobody said */
  readonly directory: string | null;
  /** what keeps it from going on, and what to do; null if nothing does */
  readonly problem: string | null;
  /** what asked for it; null if nobody said */
  readonly command: AskingCommand | null;
  /** bytes of one that failed from which `resume`, or the same command, goes on; 0 for none */
  readonly kept: number;
  /** until when, in ms since the epoch; null if there are none, or it has failed just now */
  readonly keptUntil: number | null;
}

/** A fetch, and of its files all, or those that have changed. */
export interface FetchReport {
  readonly fetch: FetchStatus;
  readonly files: readonly FileStatus[];
}

export interface DaemonStatus {
  readonly pid: number;
  readonly version: string;
  readonly store: string;
  /** ms since the epoch */
  readonly started: number;
  readonly active: number;
  readonly fetches: number;
  readonly clients: number;
  /** ms without anything to do after which it ends */
  readonly idleTimeout: number;
  /** the paths of notes that can't be read, and are of none of these fetches; older daemons do not say */
  readonly unreadable?: readonly string[];
}

export function hasEnded(state: FetchState): state is EndedState {
  return (endedStates as readonly FetchState[]).includes(state);
}
