import { setMaxListeners } from 'node:events';
import { type BodyStream, type HeaderList, hasNullBody } from '@background-fetch/core';
import type { Dispatcher } from 'undici';
import { reasonOfFailure } from './failures.ts';
import { combineHeaders, headerOf, isFramed, type RawHeaders } from './header-list.ts';
import { ReceivedBody } from './received-body.ts';
import type { RequestProgress } from './request-progress.ts';
import { takesBody } from './takes-body.ts';

/** One request and its response, redirects not followed and the body as it came. */
export interface Exchange {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HeaderList;
  readonly body: BodyStream;
  /** Whether it came over HTTP/2; undefined if that can't be told. */
  readonly multiplexed?: boolean | undefined;
  /** Gives the body up: reads on if little is left, so that the connection can be used again. */
  discard(): void;
}

/** A request that is to be sent, and who hears of its progress. */
export interface ExchangeOptions {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array> | Uint8Array | null;
  /** bytes, null if nobody knows */
  readonly bodySize: number | null;
  readonly signal: AbortSignal;
  /** Notes how far the request comes. */
  readonly progress: RequestProgress;
  /** Called with the error of a body that fails. */
  readonly onError: (error: unknown) => void;
  /** Called for each informational response (1xx). */
  readonly onInformation?: ((status: number, headers: HeaderList, from: URL) => void) | undefined;
}

/**
 * A chunk ends at each multiple of this. What is made durable then ends there, too, at the end of a block of the disk:
 * no part of a block has to be written in another way than the rest.
 */
const stride = 2 ** 20;
/** ms between two looks whether a server waits for its response to be read, before it goes on with the body */
const lookInterval = 500;
/** The bytes of an unwanted body that are read on to keep its connection, and the ms for which they are. */
const drained = 64 * 1024;
const drainedWithin = 2000;

/**
 * Sends one request through a dispatcher of undici. Resolves with the response's head; where a server that takes the
 * body answers before it has it, once all of that was handed over, or more of the response comes than can wait.
 * Rejects with a TypeError for a network error, and with the signal's reason once it is aborted; so does the body.
 */
export function exchange(dispatcher: Dispatcher, options: ExchangeOptions): Promise<Exchange> {
  const { url, method, headers, body, bodySize, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const fields: string[] = [];
    for (const [name, value] of headers) fields.push(name, value);
    if (body !== null && bodySize !== null) fields.push('content-length', `${bodySize}`);
    options.progress.begin();
    const handler = new ResponseReceiver(options, resolve, reject);
    const trailing = url.search === '' && /^[^#]*\?(#|$)/.test(url.href) ? '?' : '';
    try {
      dispatcher.dispatch(
        {
          origin: url.origin,
          path: `${url.pathname}${url.search}${trailing}`,
          method,
          headers: fields,
          // undici takes any iterable, which its types don't say
          body: (isIterable(body) ? handler.watch(body) : body) as Uint8Array | null,
          // the core says how long to wait
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        handler,
      );
    } catch (error) {
      handler.onResponseError(null, error);
    }
  });
}

function isIterable(body: ExchangeOptions['body']): body is AsyncIterable<Uint8Array> {
  return body !== null && Symbol.asyncIterator in body;
}

class ResponseReceiver implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions;
  readonly #resolve: (exchange: Exchange) => void;
  readonly #reject: (error: unknown) => void;
  #request: Dispatcher.DispatchController | null = null;
  #body: ReceivedBody | null = null;
  /** Bytes that may still come to be thrown away; null while they are wanted. */
  #unwanted: number | null = null;
  /** Bytes of the body that are to come, as far as that was said. */
  #expected = 0;
  #received = 0;
  #status = 0;
  #ended = false;
  /** Whether some of the request's body is still to be handed over. */
  #isSending = false;
  /** Lets the response go on that waits for that. */
  #goOn: (() => void) | null = null;
  /** Tells the connection that the response goes on that was paused. */
  #release: (() => void) | null = null;
  /** Whether the connection is about to be destroyed: nothing comes beyond what it has received. */
  #isLast = false;
  /** Whether something but the end of its connection tells where it ends. */
  #isFramed = false;
  /** Whether its end must not come before the end of the request's body. */
  #takesBody = false;

  constructor(
    options: ExchangeOptions,
    resolve: (exchange: Exchange) => void,
    reject: (error: unknown) => void,
  ) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    // the ranges of one body share a signal, and may be many
    setMaxListeners(0, options.signal);
    options.signal.addEventListener('abort', this.#onAborted);
  }

  readonly #onAborted = (): void => {
    this.#fail(this.#options.signal.reason);
    this.#breakOff();
  };

  /** Notices the end of a body. */
  watch(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    this.#isSending = true;
    return this.#handOver(body);
  }

  async *#handOver(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    yield* body;
    // undici has to hear that this was the end before it hears of more of the response, or it ends the connection
    setImmediate(() => {
      this.#isSending = false;
      this.#goOn?.();
    });
  }

  onRequestStart(request: Dispatcher.DispatchController): void {
    this.#request = request;
    this.#options.progress.start();
    // the request was given up while it waited for a connection
    if (this.#ended) this.#breakOff();
  }

  /** undici hands this on from its parser, when the first byte has come; interceptors may keep it to themselves. */
  onResponseStarted(): void {
    this.#options.progress.respond();
  }

  onResponseStart(
    request: Dispatcher.DispatchController,
    status: number,
    parsed: object,
    statusText = '',
  ): void {
    const { progress } = this.#options;
    // undici hands each byte of a field of HTTP/2 on as a character in UTF-8
    const encoding = progress.multiplexed ? 'utf8' : 'latin1';
    const headers = combineHeaders(rawHeaders(request, parsed), encoding);
    if (status < 200) {
      progress.respond();
      this.#options.onInformation?.(status, headers, this.#options.url);
      return;
    }
    progress.answer();
    const { multiplexed } = progress;
    const body = new ReceivedBody({ resume: () => this.#resume(), discard: () => this.#discard() });
    this.#body = body;
    this.#expected = Number(headerOf(headers, 'content-length') ?? 0);
    this.#isFramed = isFramed(headers);
    const response = { status, statusText, headers, body, multiplexed, discard: () => this.#discard() };
    this.#status = status;
    this.#takesBody = takesBody(status);
    if (!this.#isSending || !this.#takesBody || progress.isBlocked === undefined) {
      this.#resolve(response);
      return;
    }
    // undici would end the connection: docs/discoveries.md#a-response-before-the-end-of-its-request
    this.#pause();
    const look = setInterval(() => progress.isBlocked && this.#goOn?.(), lookInterval);
    this.#goOn = () => {
      this.#goOn = null;
      clearInterval(look);
      this.#resolve(response);
      this.#resume();
    };
  }

  #pause(): void {
    if (this.#isLast) return;
    this.#request?.pause();
    this.#release ??= this.#options.progress.pauseReads(() => {
      this.#isLast = true;
      this.#release = null;
      this.#request?.resume();
    });
  }

  #resume(): void {
    const release = this.#release;
    this.#release = null;
    if (!this.#ended) this.#request?.resume();
    release?.();
  }

  onResponseData(_request: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#unwanted !== null) {
      this.#unwanted -= chunk.byteLength;
      if (this.#unwanted < 0) this.#breakOff();
      return;
    }
    if (this.#ended || !this.#body) return;
    this.#expected -= chunk.byteLength;
    const start = this.#received;
    this.#received += chunk.byteLength;
    const cut = stride - (start % stride);
    if (cut < chunk.byteLength) this.#body.enqueue(chunk.subarray(0, cut));
    const goOn = this.#body.enqueue(cut < chunk.byteLength ? chunk.subarray(cut) : chunk);
    if (!goOn) this.#pause();
  }

  onResponseEnd(): void {
    if (this.#isSending && this.#takesBody) {
      this.onResponseError(null, new Error('Its response ended before all of its body was sent'));
      return;
    }
    // undici does not look at the length of a stream of HTTP/2: docs/discoveries.md#ends-that-undici-takes-for-whole-bodies
    if (this.#options.progress.multiplexed && this.#isShort()) {
      this.onResponseError(null, new Error('Its response is not as long as it says'));
      return;
    }
    // undici takes a reset for the end: docs/discoveries.md#ends-that-undici-takes-for-whole-bodies
    if (!this.#isFramed && this.#options.progress.failed) {
      this.onResponseError(null, new Error('Its connection failed before it had ended'));
      return;
    }
    const unread = this.#unwanted === null && !this.#ended;
    this.#end();
    if (unread) this.#body?.close();
  }

  #isShort(): boolean {
    return this.#expected > 0 && !hasNullBody(this.#status, this.#options.method);
  }

  onResponseError(_request: Dispatcher.DispatchController | null, cause: unknown): void {
    const { url, method } = this.#options;
    const failed = `${method} ${url.origin}${url.pathname} failed: ${reasonOfFailure(cause)}`;
    const error = new TypeError(failed, { cause });
    const isWanted = this.#unwanted === null && !this.#ended;
    if (this.#body && !this.#goOn && isWanted) this.#options.onError(error);
    this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    // this does nothing once somebody has the response
    this.#reject(error);
    this.#end();
    if (this.#unwanted === null) this.#body?.error(error);
  }

  #end(): void {
    this.#ended = true;
    this.#goOn?.();
    this.#options.signal.removeEventListener('abort', this.#onAborted);
  }

  #discard(): void {
    if (this.#ended || this.#unwanted !== null) return;
    this.#unwanted = drained;
    if (this.#expected > drained) {
      this.#breakOff();
    } else {
      setTimeout(() => this.#ended || this.#breakOff(), drainedWithin).unref();
      this.#resume();
    }
  }

  #breakOff(): void {
    this.#end();
    this.#request?.abort(new Error('The response is no longer wanted'));
  }
}

/** Interceptors of a dispatcher may hand on the parsed fields alone. */
function rawHeaders({ rawHeaders: raw }: Dispatcher.DispatchController, parsed: object): RawHeaders {
  if (Array.isArray(raw)) return raw;
  return Object.entries(parsed).flatMap(([name, value]: [string, string | string[]]) =>
    [value].flat().flatMap((single) => [name, single]),
  );
}
