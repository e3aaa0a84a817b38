import type { FetchSettings } from './protocol.ts';
import type { FailureReason } from './status.ts';

/** Of the files in which fetches are kept. */
export const keptFetchSchema = 1;

/** of whoever asked, where a note does not say it */
export const usualUmask = 0o022;

/** How a file ended. */
export interface FileOutcome {
  /** `''` for a file that was received whole */
  readonly reason: FailureReason;
  /** the HTTP status, null where there was no response */
  readonly status: number | null;
  /** bytes */
  readonly size: number;
  /** a safe name for it */
  readonly suggestedName: string;
  /** bytes that the server had said; absent in notes of earlier versions, as are the next two */
  readonly total?: number | null;
  /** why it failed, in one line */
  readonly cause?: string | null;
  /** the field that asks the server whether it still has this very version; null where it can't be asked */
  readonly condition?: readonly [name: string, value: string] | null;
}

export interface KeptFile {
  /** redacted: the request itself is in the engine's store, for as long as it is needed */
  readonly url: string;
  /** the name that the user gave */
  readonly name: string | null;
  readonly outcome: FileOutcome | null;
  /** where it was saved */
  readonly path: string | null;
  /** which file it was there; absent for one that is not saved, and in notes of earlier versions */
  readonly identity?: string;
}

/** What the daemon keeps of a fetch beside what the engine does, until the fetch is forgotten. */
export interface KeptFetch {
  readonly schema: typeof keptFetchSchema;
  /** names its files on disk; ids are reused, keys are not */
  readonly key: string;
  readonly id: string;
  readonly token: string;
  /** equal for fetches of the same requests into the same directory */
  readonly fingerprint: string;
  readonly title: string;
  /** ms since the epoch */
  readonly created: number;
  readonly directory: string | null;
  readonly overwrite: boolean;
  /** of whoever asked for it; absent in notes of earlier versions */
  readonly umask?: number;
  readonly settings: FetchSettings;
  readonly files: readonly KeptFile[];
  /** the files that the engine's fetch is of, by their number, where it is not of all: the others were there already */
  readonly asked?: readonly number[];
  /** what asked for it; older notes do not say */
  readonly command?: 'get' | 'fetch';
  /** whether all that was asked for is in this note, so that it can be asked for again */
  readonly repeatable?: boolean;
  /** the note that said where its files go, where that can't be read */
  readonly lostNote?: string;
  readonly ended: {
    readonly result: 'success' | 'failure' | 'aborted';
    readonly reason: FailureReason;
    /** ms since the epoch; absent in notes of earlier versions */
    readonly at?: number;
  } | null;
  readonly problem: string | null;
}

/** The files that the engine's fetch is of, by their number, in the order of its records. */
export function askedFiles({ asked, files }: KeptFetch): readonly number[] {
  return asked ?? files.map((_, index) => index);
}

export function newKeptFetch(details: Omit<KeptFetch, 'schema' | 'ended' | 'problem'>): KeptFetch {
  return { schema: keptFetchSchema, ...details, ended: null, problem: null };
}
