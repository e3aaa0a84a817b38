import type { RequestBody, Upload } from '@background-fetch/core';
import type { Arrival, RedirectOptions } from '../follow-redirects.ts';
import type { UploadLedger } from './upload-ledger.ts';
import type { UploadProtocolName } from './upload-state.ts';

/** The protocol that continues an interrupted upload; `never`: none, it is sent once. */
export type ResumableUploads = UploadProtocolName | 'never';

/** A request that sends a body, and the means to send others in its place. */
export interface UploadRequest {
  /** The URL as the app wants it for what is sent next: see `prepare`. */
  readonly url: URL;
  readonly method: string;
  /** The fields as the app wants them for what is sent next: see `prepare`. */
  readonly headers: Headers;
  readonly body: RequestBody;
  readonly progress: Pick<Upload, 'sent'>;
  readonly ledger: UploadLedger;
  /** Whether `prepare` may find something else each time. */
  readonly isRefreshed: boolean;
  /** Has the app give `url` and `headers` what this needs: tokens and signatures expire. */
  prepare(next: NextRequest): Promise<void>;
  /**
   * Notes that no server has anything of the upload any more. Makes durable that it is not continued: all of it is
   * sent anew.
   */
  restart(): Promise<void>;
  /** Sends a request with the bytes from `start` up to `end` of the body, none if these are the same. */
  send(request: UploadPart): Promise<Arrival>;
}

/** A request of an upload that is about to be sent. */
export interface NextRequest {
  readonly method: string;
  /** The upload resource, null for the request's own URL. */
  readonly resource: URL | null;
  /** The fields that would be sent. */
  readonly headers: Headers;
  /** Whether the same was sent just now, and refused with 401 or 403. */
  readonly refused: boolean;
}

/** A part of an upload, from `start` up to `end`, in bytes. */
export interface UploadPart extends Pick<RedirectOptions, 'url' | 'method' | 'headers' | 'onInformation'> {
  readonly start: number;
  readonly end: number;
}
