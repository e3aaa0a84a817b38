import type { HeaderList } from '@background-fetch/core';
import type { Arrival } from '../follow-redirects.ts';
import type { UploadRequest } from './upload.ts';

/** The rules in which the protocols that continue an upload differ. */
export interface UploadProtocol {
  /** Fields of every request to an upload resource. */
  readonly fields: Readonly<Record<string, string>>;
  /** Fields of one that appends; `last` if it brings the end of the body. */
  appending(last: boolean): Readonly<Record<string, string>>;
  /** Whether this answer to HEAD or PATCH says that the server has it all. */
  isComplete(headers: HeaderList, size: number): boolean;
  /** Whether this answer may leave open whether the server has it all. */
  mayBeLast(headers: HeaderList): boolean;
  /** The most bytes that may be appended at a time. */
  longestPart(headers: HeaderList): number;
  /** The fewest bytes that may be appended at a time, but for the last. */
  shortestPart(headers: HeaderList): number;
  /** Begins an upload, and sends its body. */
  begin(request: UploadRequest): Promise<Arrival>;
  /** Whether a request to begin one may be repeated, whatever became of it. */
  readonly beginsEmpty: boolean;
}
