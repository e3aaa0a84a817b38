import {
  type Clock,
  hasNullBody,
  isRetryableMethod,
  type Network,
  type NetworkRequest,
  type NetworkResponse,
  withoutFragment,
} from '@background-fetch/core';
import type { Dispatcher } from 'undici';
import { type BeforeAttempt, prepareAttempt } from './before-attempt.ts';
import { watchConnections } from './connection-of.ts';
import { decode, decodersFor, findsCuts } from './decode-body.ts';
import { reachabilityOf } from './failures.ts';
import { type Arrival, followRedirects } from './follow-redirects.ts';
import { headerOf, isFramed } from './header-list.ts';
import { type RateLimit, throttle } from './rate-limit.ts';
import { RateLimits } from './rate-limits.ts';
import { reach } from './reach.ts';
import { releaseReceived } from './receive-blocks.ts';
import { adaptReferer } from './referer.ts';
import { requestHeaders } from './request-headers.ts';
import { RequestProgress } from './request-progress.ts';
import { transformBody } from './transform-body.ts';
import { type ConnectionSettings, dispatchersOf, type Transport, Transports } from './transport.ts';
import { BodyUpload, type Send } from './uploads/body-upload.ts';
import { sendUpload } from './uploads/send-upload.ts';
import type { NextRequest, ResumableUploads } from './uploads/upload.ts';

/** The options of a network. */
export interface NetworkOptions {
  /** Sends the requests: proxies and TLS options are undici's. It is not closed with the network. */
  readonly dispatcher?: Dispatcher | undefined;
  /** bytes per second, over all bodies in both directions */
  readonly limitRate?: number | undefined;
  /** bytes per second of one background fetch, in place of `limitRate`; undefined for those it says nothing of */
  readonly limitRateOf?: ((fetchId: string) => number | undefined) | undefined;
  /** Whether bodies of one background fetch are decoded that have a content coding, as `fetch()` does; true. */
  readonly decodesFor?: ((fetchId: string) => boolean) | undefined;
  /** Gives the connection settings of one background fetch; undefined for the usual ones. */
  readonly connectionSettingsOf?: ((fetchId: string) => ConnectionSettings | undefined) | undefined;
  readonly beforeAttempt?: BeforeAttempt | undefined;
  /** Called for each attempt that fails. */
  readonly onFailure?: ((failure: AttemptFailure) => void) | undefined;
  /** Why a URL that a server redirects or takes an upload to may not be fetched here, null if it may. */
  readonly refusal?: ((url: URL) => string | null) | undefined;
  /** Whether a server may lead from https: to http:, by a redirect or to an upload resource; false. */
  readonly insecureRedirects?: boolean | undefined;
  /**
   * The way in which an upload that is interrupted goes on: `ietf` (by default) offers the server the IETF's
   * resumable uploads with the request itself; `tus` takes the request's URL for a tus endpoint; `never` sends it
   * once.
   */
  readonly uploads?: ResumableUploads | ((fetchId: string, url: string) => ResumableUploads) | undefined;
  readonly clock: Clock;
}

/** Why an attempt failed; others may follow it. */
export interface AttemptFailure {
  readonly fetchId: string;
  /** The URL given to `fetch()`. */
  readonly url: string;
  readonly error: unknown;
}

/** The network of an engine, with what the engine does beyond the port. */
export interface NodeNetwork extends Network {
  /** Ends all connections. */
  close(): Promise<void>;
}

/** The network port on undici. */
export function createNetwork(options: NetworkOptions): NodeNetwork {
  const { limitRate, clock } = options;
  const { uploads = 'ietf', insecureRedirects = false } = options;
  const refusal = (to: URL, from: URL): string | null =>
    from.protocol === 'https:' && to.protocol === 'http:' && !insecureRedirects
      ? 'from https: to http: only with insecureRedirects; ask for the http: URL itself if that is what you want'
      : (options.refusal?.(to) ?? null);
  const transports = new Transports(options.dispatcher, options.connectionSettingsOf);
  const connectOf = (id: string): Transport['connect'] => {
    try {
      return transports.of(id).connect;
    } catch {
      // the request itself says what is wrong with its settings
      return null;
    }
  };
  const endWatching = watchConnections();
  // The progress of requests that were prepared.
  const progresses = new WeakMap<NetworkRequest, RequestProgress>();
  const limits = new RateLimits(limitRate, options.limitRateOf, clock);
  const fetch = async (
    asked: NetworkRequest,
    onError: (error: unknown) => void,
  ): Promise<NetworkResponse> => {
    progresses.delete(asked);
    asked.signal.throwIfAborted();
    const { request, signal } = asked;
    const limit = limits.of(asked.id);
    const decodes = options.decodesFor?.(asked.id) ?? true;
    const progress = new RequestProgress();
    const { beforeAttempt } = options;
    const givenHeaders = (): Headers => requestHeaders(request, Object.entries(asked.headers), asked.fresh);
    const prepare = async (next: NextRequest | null): Promise<{ url: URL; headers: Headers }> => {
      const headers = givenHeaders();
      const url = await prepareAttempt(beforeAttempt, asked, headers, next);
      // before the app has answered, the request is not on its way
      progresses.set(asked, progress);
      return { url, headers };
    };
    const dispatchers = dispatchersOf(transports.of(asked.id), isRetryableMethod(request.method));
    const sendFrom = async (url: URL, part: Parameters<Send>[0]): Promise<Arrival> => {
      // a server chooses the resource of an upload as it does the target of a redirect
      const refused = part.url === url ? null : refusal(part.url, url);
      if (refused !== null) throw new TypeError(`${part.url.origin} may not have the upload: ${refused}`);
      adaptReferer(part.headers, request, request.url, part.url.href);
      const hops = { ...part, request, refusal, signal, progress, onError };
      const arrival = await followRedirects(dispatchers, hops);
      const { multiplexed } = arrival;
      return { ...arrival, multiplexed: options.dispatcher ? multiplexed : multiplexed && false };
    };
    if (asked.body === null) {
      const { method } = request;
      const { url, headers } = await prepare(null);
      const arrival = await sendFrom(url, { url, method, headers, openBody: null, bodySize: null });
      return present(arrival, asked, { limit, uploaded: 0, decodes, onError });
    }
    if (!beforeAttempt) progresses.set(asked, progress);
    const upload: BodyUpload = new BodyUpload(asked, asked.body, {
      prepared: { url: new URL(request.url), headers: givenHeaders() },
      prepare: beforeAttempt ? prepare : null,
      send: (part) => sendFrom(upload.url, part),
      progress,
      limit,
    });
    const resumable = typeof uploads === 'function' ? uploads(asked.id, request.url) : uploads;
    const arrival = await sendUpload(upload, resumable);
    return present(arrival, asked, { limit, uploaded: asked.upload ? 0 : upload.sent, decodes, onError });
  };
  return {
    async fetch(asked) {
      const onError = (error: unknown): void => {
        if (asked.signal.aborted) return;
        options.onFailure?.({ fetchId: asked.id, url: asked.request.url, error });
      };
      try {
        return await fetch(asked, onError);
      } catch (error) {
        onError(error);
        throw error;
      }
    },
    // Node sends no preflight
    sendsIfRange: () => true,
    release(parts) {
      for (const part of parts) releaseReceived(part);
    },
    async probe(asked, signal, error) {
      if (signal.aborted) return 'silent';
      const progress = progresses.get(asked);
      if (error === undefined) return progress?.sent ? 'answers' : 'silent';
      const found = reachabilityOf(error, progress?.sent ?? true);
      // the server that was asked is there, whoever it has led on to
      if (found === 'silent' && progress?.followed) return 'falters';
      if (progress?.left ?? false) return found;
      return found === 'silent' ? 'unsent' : found === 'answers' ? 'unasked' : found;
    },
    // an app's dispatcher connects in its own way, and its hook leads an attempt elsewhere only when that is made
    ...(!options.dispatcher &&
      !options.beforeAttempt && {
        async reach({ url }, signal, id) {
          const connect = connectOf(id);
          // nobody knows what a proxy reaches
          const onError = (error: Error): void => options.onFailure?.({ fetchId: id, url, error });
          return connect ? await reach(new URL(url), connect, signal, onError) : 'answers';
        },
      }),
    async close() {
      endWatching();
      limits.close();
      await transports.close();
    },
  };
}

function present(
  arrival: Arrival,
  { request, signal }: NetworkRequest,
  {
    limit,
    uploaded,
    decodes,
    onError,
  }: {
    readonly limit: RateLimit | null;
    readonly uploaded: number;
    readonly decodes: boolean;
    /** Called for a coding that is broken: whoever reads the body takes that for a cut. */
    readonly onError: (error: unknown) => void;
  },
): NetworkResponse {
  const { status, statusText, headers, url, method, redirected } = fitting(arrival, request.method);
  const { multiplexed } = arrival;
  const connection = multiplexed === undefined ? {} : { multiplexed };
  if (arrival.opaque) {
    arrival.discard();
    return {
      head: {
        status: 0,
        statusText: '',
        headers: [],
        url: withoutFragment(request.url),
        type: 'opaqueredirect',
        redirected: false,
      },
      body: null,
      coding: 'identity',
      signalsTruncation: true,
      uploaded,
      ...connection,
    };
  }
  const contentEncoding = headerOf(headers, 'content-encoding');
  const decoders = decodersFor(contentEncoding);
  const isCoded = decoders?.length !== 0;
  // the URL to which the app led an attempt may hold secrets, and is not the same each time
  const shown = redirected ? url.href : request.url;
  const head = {
    status,
    statusText,
    headers,
    url: withoutFragment(shown),
    type: 'basic',
    redirected,
  } as const;
  // a coded body that is left as it is has no offsets that a range could be trusted with, either
  const coding = isCoded ? 'encoded' : 'identity';
  if (hasNullBody(status, method)) {
    arrival.discard();
    return { head, body: null, coding, signalsTruncation: true, uploaded, ...connection };
  }
  let body = arrival.body;
  if (limit) body = transformBody(body, signal, (chunks) => throttle(chunks, limit));
  let isDecoding = false;
  const begun = (): void => {
    isDecoding = true;
  };
  if (isCoded && decoders && decodes)
    body = transformBody(body, signal, (chunks) => decode(chunks, decoders, begun, onError));
  return {
    head,
    body,
    coding,
    uploaded,
    ...connection,
    // a decoder has seen nothing of a body without a byte
    get signalsTruncation() {
      return isFramed(headers) || (isDecoding && findsCuts(contentEncoding ?? ''));
    },
  };
}

/**
 * The answer to the request that was asked for. Where a HEAD took its place, the fields about a body are not about
 * one that comes.
 */
function fitting(arrival: Arrival, asked: string): Arrival {
  if (arrival.method !== 'HEAD' || asked === 'HEAD') return arrival;
  const headers = arrival.headers.filter(([name]) => name !== 'content-length');
  return arrival.status === 200
    ? { ...arrival, headers, status: 204, statusText: 'No Content' }
    : { ...arrival, headers };
}
