import type { RecordObject } from '../algorithms/create-record-objects.ts';
import { defineInterface, requireInternal, requireThis } from './web-idl.ts';

/**
 * Gives the state behind a record, for hosts that can do more with it than the API; throws a TypeError for anything
 * else.
 */
export let recordObjectOf: (record: BackgroundFetchRecord) => RecordObject;

/**
 * A request of a background fetch and its response.
 * https://wicg.github.io/background-fetch/#background-fetch-record-interface
 */
export class BackgroundFetchRecord {
  readonly #record: RecordObject;
  #responseReady: Promise<Response> | null = null;

  static {
    recordObjectOf = (record) => {
      if (#record in Object(record)) return record.#record;
      throw new TypeError('This takes a BackgroundFetchRecord, as match() and matchAll() give it');
    };
  }

  constructor(...args: unknown[]) {
    requireInternal(args[0]);
    this.#record = args[1] as RecordObject;
  }

  /**
   * The request as it was given to `fetch()`, with its body; the same object each time.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchrecord-request
   */
  get request(): Request {
    requireThis(#record in Object(this));
    return this.#record.request;
  }

  /**
   * Resolves with the response as soon as its head is known; its body streams.
   * Rejects with an AbortError (DOMException) if the fetch was aborted before that, with a TypeError if it failed, with an
   * InvalidStateError (DOMException) if it is asked for too long after the records were released.
   * https://wicg.github.io/background-fetch/#dom-backgroundfetchrecord-responseready
   */
  get responseReady(): Promise<Response> {
    // an attribute whose type is a promise rejects where others throw
    if (!(#record in Object(this))) return Promise.reject(new TypeError('Illegal invocation'));
    if (!this.#responseReady) {
      this.#responseReady = this.#record.readResponse();
      // an app that does not wait for the response has not forgotten to handle its rejection
      this.#responseReady.catch(() => {});
    }
    return this.#responseReady;
  }
}

defineInterface(BackgroundFetchRecord, 'BackgroundFetchRecord');
