import type { NetworkRequest, RequestBody, Upload } from '@background-fetch/core';
import type { Arrival, RedirectOptions } from '../follow-redirects.ts';
import type { RateLimit } from '../rate-limit.ts';
import { readRequestBody } from '../request-body.ts';
import type { UploadPart, UploadRequest } from './upload.ts';

export type Send = (
  part: Omit<RedirectOptions, 'request' | 'refusal' | 'signal' | 'progress' | 'onError'>,
) => Promise<Arrival>;

interface Means {
  readonly url: URL;
  readonly headers: Headers;
  readonly send: Send;
  readonly limit: RateLimit | null;
}

/** The upload of a stored body, which counts what it sends. */
export class BodyUpload implements UploadRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: RequestBody;
  readonly progress: Upload;
  readonly #means: Means;
  readonly #onMoved: () => void;
  #sent = 0;

  constructor({ request, upload }: NetworkRequest, body: RequestBody, means: Means) {
    this.url = means.url;
    this.method = request.method;
    this.headers = means.headers;
    this.body = body;
    this.#means = means;
    this.#onMoved = () => upload?.sent();
    this.progress = {
      state: upload?.state,
      // nobody keeps it: then there is nothing to continue
      keep: async (state) => upload?.keep(state),
      sent: (bytes = 0) => {
        // a redirect may want what was sent once more
        this.#sent = Math.max(this.#sent, bytes);
        upload?.sent(this.#sent);
      },
    };
  }

  /** bytes of the body that were handed over */
  get sent(): number {
    return this.#sent;
  }

  send({ start, end, ...part }: UploadPart): Promise<Arrival> {
    const { send, limit } = this.#means;
    this.#onMoved();
    if (start === end) return send({ ...part, openBody: null, bodySize: null });
    const openBody = () => readRequestBody(this.body, { start, end }, limit, this.progress.sent);
    return send({ ...part, openBody, bodySize: end - start });
  }
}
