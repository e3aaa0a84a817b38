import type { ConnectionSettings } from '../network/transport.ts';
import type { DaemonStatus, FetchReport, FetchStatus } from './status.ts';

/**
 * What is said on the daemon's socket: lines of JSON. A client sends `{ id, command, … }` and gets `{ id, value }` or
 * `{ id, error }` with the same id; `follow` gets any number of `{ id, report }` first, `read` of `{ id, bytes }`.
 */

/** Changes when an older side would misunderstand a newer one. */
export const protocolVersion = 2;

/** characters; what a side sends beyond it ends the connection */
export const longestLine = 32 * 2 ** 20;

/** How one fetch is transferred; what is left out is the daemon's to decide. */
export interface FetchSettings {
  /** files at a time */
  readonly jobs?: number;
  /** connections for one file */
  readonly connections?: number;
  /** bytes per second of all its files together */
  readonly limitRate?: number;
  /** attempts without progress before a file fails, after the first */
  readonly retry?: number;
  /** whether a content coding is asked for and decoded */
  readonly compressed?: boolean;
  /** what is made of another media type than that of the bytes that are stored; accepted by default */
  readonly mediaTypeChange?: 'accept' | 'refuse';
  readonly connection?: ConnectionSettings;
}

export interface RequestedFile {
  readonly url: string;
  /** The name that the user gave; null lets the response decide. */
  readonly name: string | null;
  readonly integrity: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** A body that the client has opened: the daemon opens no path of which it is not told what it has to find there. */
export interface RequestedBody {
  /** absolute path of a regular file, without links */
  readonly path: string;
  /** which file the client saw there, and in which state */
  readonly identity: string;
  /** equal for bodies that are the same */
  readonly version: string;
}

export interface RequestedFetch {
  /** null lets the daemon choose one */
  readonly id: string | null;
  /** Made up by the client for this call: asked again with it, the daemon gives what it has started before. */
  readonly token: string;
  readonly title: string;
  /** bytes; 0 for not known */
  readonly downloadTotal: number;
  readonly method: string;
  readonly body: RequestedBody | null;
  readonly files: readonly RequestedFile[];
  /** absolute path of the directory into which files are put as soon as all are received; null keeps them */
  readonly directory: string | null;
  readonly overwrite: boolean;
  /** of the client: files are saved with the rights that it leaves */
  readonly umask: number;
  /** the files of a fetch that has ended which the server is to be asked about; all, if it is left out */
  readonly earlier?: readonly number[];
  /** what asks for it */
  readonly command?: 'get' | 'fetch';
  readonly settings: FetchSettings;
}

/** What became of a request to fetch: another like it may be there already. */
export interface StartedFetch {
  readonly outcome: 'started' | 'running' | 'ended';
  readonly report: FetchReport;
}

export interface Commands {
  hello: {
    ask: { protocol: number; version: string };
    answer: { protocol: number; version: string; pid: number };
  };
  fetch: { ask: { fetch: RequestedFetch }; answer: StartedFetch };
  list: { ask: Record<never, never>; answer: readonly FetchStatus[] };
  show: { ask: { fetch: string }; answer: FetchReport };
  /** Sends the bytes of a fetch of one file while they come. */
  read: { ask: { fetch: string }; answer: null };
  follow: { ask: { fetches: readonly string[] }; answer: null };
  pause: { ask: { fetch: string }; answer: FetchStatus };
  resume: { ask: { fetch: string }; answer: FetchStatus };
  /** goes on with one that failed, or begins it again */
  retry: { ask: { fetch: string }; answer: FetchStatus };
  abort: { ask: { fetch: string }; answer: FetchStatus };
  save: {
    ask: { fetch: string; directory: string | null; name: string | null; overwrite: boolean };
    answer: FetchReport;
  };
  forget: { ask: { fetch: string }; answer: null };
  status: { ask: Record<never, never>; answer: DaemonStatus };
  stop: { ask: { onlyIfIdle: boolean }; answer: { stopping: boolean } };
}

export type CommandName = keyof Commands;

export type Call = {
  [Name in CommandName]: { readonly id: number; readonly command: Name } & Commands[Name]['ask'];
}[CommandName];

/** `usage`: it can't be asked like this. `state`: not now. `trouble`: store, network or file system. */
export type ErrorCode = 'usage' | 'unknown-fetch' | 'state' | 'trouble';

export interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly report?: FetchReport;
  /** bytes of a body, in base 64 */
  readonly bytes?: string;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

/** A refusal that the client is told. */
export class DaemonError extends Error {
  override readonly name = 'DaemonError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
