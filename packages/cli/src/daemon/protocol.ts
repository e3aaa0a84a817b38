import type { Ask, CommandName } from './calls.ts';
import type { DaemonStatus, FetchReport, FetchStatus } from './status.ts';

export type { Call, CommandName, RequestedBody, RequestedFetch, RequestedFile } from './calls.ts';
export type { FetchSettings } from './fetch-settings.ts';

/**
 * What is said on the daemon's socket: lines of JSON. A client sends `{ id, command, … }` and gets `{ id, value }` or
 * `{ id, error }` with the same id; `follow` gets any number of `{ id, report }` first, `read` of `{ id, bytes }`.
 */

/** Changes when an older side would misunderstand a newer one. */
export const protocolVersion = 2;

/** characters; what a side sends beyond it ends the connection */
export const longestLine = 32 * 2 ** 20;

/** What became of a request to fetch: another like it may be there already. */
export interface StartedFetch {
  readonly outcome: 'started' | 'running' | 'ended';
  readonly report: FetchReport;
}

interface Answers {
  hello: { protocol: number; version: string; pid: number };
  fetch: StartedFetch;
  list: readonly FetchStatus[];
  show: FetchReport;
  read: null;
  follow: null;
  pause: FetchStatus;
  resume: FetchStatus;
  retry: FetchStatus;
  abort: FetchStatus;
  save: FetchReport;
  forget: null;
  status: DaemonStatus;
  stop: { stopping: boolean };
}

export type Commands = { [Name in CommandName]: { ask: Ask<Name>; answer: Answers[Name] } };

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
