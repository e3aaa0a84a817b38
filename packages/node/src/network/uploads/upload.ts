import type { RequestBody, Upload } from '@background-fetch/core';
import type { Arrival, RedirectOptions } from '../follow-redirects.ts';

/** Which protocol continues an interrupted upload; `never`: none, it is sent once. */
export type ResumableUploads = 'ietf' | 'tus' | 'never';

/** A request that sends a body, and the means to send others in its place. */
export interface UploadRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: RequestBody;
  readonly progress: Upload;
  /** Sends a request with the bytes from `start` up to `end` of the body, none if these are the same. */
  send(request: UploadPart): Promise<Arrival>;
}

export interface UploadPart extends Pick<RedirectOptions, 'url' | 'method' | 'headers' | 'onInformation'> {
  readonly start: number;
  readonly end: number;
}
