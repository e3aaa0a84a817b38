import type { NetworkRequest, RequestBody, Upload } from '@background-fetch/core';
import type { Arrival, RedirectOptions } from '../follow-redirects.ts';
import type { RateLimit } from '../rate-limit.ts';
import { readRequestBody } from '../request-body.ts';
import type { RequestProgress } from '../request-progress.ts';
import type { NextRequest, UploadPart, UploadRequest } from './upload.ts';
import { UploadLedger } from './upload-ledger.ts';

/** Sends one part of an upload, or asks its resource, and follows redirects. */
export type Send = (
  part: Omit<RedirectOptions, 'request' | 'refusal' | 'signal' | 'progress' | 'onError'>,
) => Promise<Arrival>;

interface Prepared {
  readonly url: URL;
  readonly headers: Headers;
}

interface Means {
  /** The fields and the URL as they are before the app is asked. */
  readonly prepared: Prepared;
  readonly prepare: ((next: NextRequest) => Promise<Prepared>) | null;
  readonly send: Send;
  readonly progress: Pick<RequestProgress, 'ended' | 'restart'>;
  readonly limit: RateLimit | null;
}

/** The upload of a stored body, which counts what it sends. */
export class BodyUpload implements UploadRequest {
  readonly method: string;
  readonly body: RequestBody;
  readonly progress: Pick<Upload, 'sent'>;
  readonly ledger: UploadLedger;
  readonly #means: Means;
  readonly #onMoved: () => void;
  #prepared: Prepared;
  #sent = 0;

  /** @throws TypeError if what was kept of the upload is not understood */
  constructor({ request, upload }: NetworkRequest, body: RequestBody, means: Means) {
    this.method = request.method;
    this.body = body;
    this.#means = means;
    this.#prepared = means.prepared;
    this.#onMoved = () => upload?.sent();
    this.progress = {
      sent: (bytes = 0) => {
        // a redirect may want what was sent once more
        this.#sent = Math.max(this.#sent, bytes);
        upload?.sent(this.#sent);
      },
    };
    // where nobody keeps the state there is nothing to continue
    const keep = async (state: string | null) => upload?.keep(state);
    this.ledger = new UploadLedger({ state: upload?.state, keep }, body.size);
  }

  /** bytes of the body that were handed over */
  get sent(): number {
    return this.#sent;
  }

  get url(): URL {
    return this.#prepared.url;
  }

  get headers(): Headers {
    return this.#prepared.headers;
  }

  get isRefreshed(): boolean {
    return this.#means.prepare !== null;
  }

  async prepare(next: NextRequest): Promise<void> {
    const { prepare } = this.#means;
    if (prepare) this.#prepared = await prepare(next);
  }

  async restart(): Promise<void> {
    await this.ledger.end();
    this.#means.progress.restart();
  }

  async send({ start, end, ...part }: UploadPart): Promise<Arrival> {
    const { send } = this.#means;
    this.#onMoved();
    if (start === end) return await send({ ...part, openBody: null, bodySize: null });
    let isOver = false;
    const openBody = (): AsyncIterable<Uint8Array> => {
      // each redirect wants it once more
      if (part.method === 'PATCH' && end - start > this.ledger.left)
        throw new TypeError(
          `${part.url.origin}${part.url.pathname} is led on too often to be sent once more`,
        );
      return this.#handOver(start, end, () => isOver || this.#means.progress.ended === true);
    };
    try {
      const arrival = await send({ ...part, openBody, bodySize: end - start });
      const discard = (): void => {
        isOver = true;
        arrival.discard();
      };
      return { ...arrival, discard };
    } catch (error) {
      isOver = true;
      throw error;
    }
  }

  /** @param isOver whether nobody waits for it any more */
  async *#handOver(start: number, end: number, isOver: () => boolean): AsyncGenerator<Uint8Array, void> {
    const { limit } = this.#means;
    let at = start;
    for await (const chunk of readRequestBody(this.body, { start, end }, limit, this.progress.sent)) {
      if (isOver()) throw new Error('The rest of its body is not wanted');
      at += chunk.byteLength;
      if (at === this.body.size) await this.ledger.handOverEnd(isOver);
      this.ledger.handOver(chunk.byteLength);
      yield chunk;
      if (at < end) continue;
      // a file would be read once more for that: whoever sends the body has to hear of its end before an answer comes
      this.progress.sent(at);
      return;
    }
  }
}
