/** A server has sent something that is not HTTP, or leaves open where its response ends. */
export class MalformedResponseError extends Error {
  override readonly name = 'MalformedResponseError';
  readonly code = 'ERR_MALFORMED_RESPONSE';

  /** @param what the end of a sentence that begins with "the response" */
  constructor(what: string) {
    super(`the response ${what}`);
  }
}
