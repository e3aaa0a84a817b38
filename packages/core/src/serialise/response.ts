import { withoutHeaders } from '../model/header-list.ts';
import type { ResponseHead } from '../model/record.ts';
import { hasNullBody } from '../transfer/body-completeness.ts';

/**
 * A Response with what the constructor can't set: its URL, its type, and a status below 200.
 * The Cache API and `respondWith()` take it, as they would not a Proxy.
 */
class RecordedResponse extends Response {
  readonly #head: ResponseHead;

  constructor(body: BodyInit | null, head: ResponseHead) {
    const { statusText } = head;
    const headers = head.headers as [string, string][];
    super(body, { status: Math.max(head.status, 200), statusText, headers });
    this.#head = head;
  }

  override get url(): string {
    return this.#head.url.split('#', 1)[0] as string;
  }

  override get type(): ResponseType {
    return this.#head.type;
  }

  override get redirected(): boolean {
    return this.#head.redirected;
  }

  override get status(): number {
    return this.#head.status;
  }

  override get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  override clone(): Response {
    const { body } = super.clone();
    return new RecordedResponse(body, this.#head);
  }
}

/** The fields of a network's Response in stored form. */
export function serialiseResponse(response: Response): ResponseHead {
  const { status, statusText, url, type, redirected } = response;
  return { status, statusText, url, type, redirected, headers: [...response.headers] };
}

/** The Response of a record. `Content-Range` and `Content-Length` are not the whole body's, and are left out. */
export function deserialiseResponse(head: ResponseHead, method: string, body: BodyInit | null): Response {
  const exposed = { ...head, headers: withoutHeaders(head.headers, 'content-range', 'content-length') };
  return new RecordedResponse(hasNullBody(head.status, method) ? null : body, exposed);
}
