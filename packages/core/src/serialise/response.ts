import { withoutLengths } from '../model/header-list.ts';
import type { ResponseHead } from '../model/record.ts';
import { hasNullBody } from '../model/status.ts';
import { withoutFragment } from '../model/url.ts';
import { pick } from './request.ts';

/**
 * A Response with what the constructor can't set: its URL, its type, and a status of 0 or above 599.
 * The Cache API and `respondWith()` take it, as they would not a Proxy.
 */
class RecordedResponse extends Response {
  readonly #head: ResponseHead;
  /** An object that must not be collected before this one. */
  readonly #needed: unknown;

  constructor(body: BodyInit | null, head: ResponseHead, needed: unknown) {
    const { statusText } = head;
    const headers = head.headers as [string, string][];
    // the constructor takes no status of 0 or above 599: 599 is not ok, either
    super(body, { status: Math.min(head.status || 599, 599), statusText, headers });
    this.#head = head;
    this.#needed = needed;
  }

  // Node's constructor asks these before there is a head, and scripts may ask them of any object: then Response's own
  // answer
  override get url(): string {
    return #head in Object(this) ? withoutFragment(this.#head.url) : super.url;
  }

  override get type(): ResponseType {
    return #head in Object(this) ? this.#head.type : super.type;
  }

  override get redirected(): boolean {
    return #head in Object(this) ? this.#head.redirected : super.redirected;
  }

  override get status(): number {
    return #head in Object(this) ? this.#head.status : super.status;
  }

  override clone(): Response {
    const copy = super.clone();
    if (!(#head in Object(this))) return copy;
    // the copy has to live as long as its body: docs/discoveries.md#requests-and-responses-that-are-copied
    return new RecordedResponse(copy.body, this.#head, [copy, this.#needed]);
  }
}

/** The fields of a network's Response in stored form. */
export function serialiseResponse(response: Response): ResponseHead {
  const headers = [...response.headers];
  return { ...pick(response, 'status', 'statusText', 'url', 'type', 'redirected'), headers };
}

/**
 * The Response of a record. `Content-Range` and `Content-Length` are those of one transmission, and are left out.
 * @param length what `Content-Length` says of the whole body instead, in bytes; null where nothing proves it
 * @param needed what is not to be collected before the Response is
 */
export function deserialiseResponse(
  head: ResponseHead,
  method: string,
  body: BodyInit | null,
  length: number | null,
  needed?: object,
): Response {
  const headers = withoutLengths(head.headers);
  const exposed: ResponseHead = {
    ...head,
    headers: length === null ? headers : [...headers, ['content-length', `${length}`]],
  };
  return new RecordedResponse(hasNullBody(head.status, method) ? null : body, exposed, needed);
}
