/**
 * What a background fetch came to, as it can be seen through the API:
 * - `version N`: a success whose bytes are those of version N, which the server served in this run
 * - `the bytes as they were sent`: a success with what was on the wire; the encoding is left to the app
 * - `the announced length`: a success that ends where Content-Length says
 * - `empty (STATUS)`: a success without a body
 * - `bad-status (STATUS)`: a failure whose response stays readable
 * - any other failureReason, or `refused: NAME` where `fetch()` itself rejects
 */
export type Outcome = string;

/** Whom a request goes to. */
export type Target =
  | 'same origin'
  | 'other origin'
  | 'trusted https'
  | 'untrusted https'
  | 'plain http taken for https'
  | 'closed port'
  | 'unknown host';

/** One background fetch of one resource. */
export interface Download {
  /** Parameters of the fault server; `size` is 300,000 bytes unless given. */
  readonly parameters?: Readonly<Record<string, string | number>>;
  readonly target?: Target;
  readonly options?: { readonly downloadTotal?: number };
  /** ms that the server must have been left alone for between its first two requests. */
  readonly leavesAlone?: number;
}

/** bytes */
export const usualSize = 300_000;
