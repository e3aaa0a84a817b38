import {
  type Clock,
  hasNullBody,
  type Network,
  type NetworkRequest,
  type NetworkResponse,
} from '@background-fetch/core';
import { Agent, type Dispatcher } from 'undici';
import { type BeforeAttempt, prepareAttempt } from './before-attempt.ts';
import { createConnector } from './connector.ts';
import { decode, decodersFor } from './decode-body.ts';
import { type Arrival, followRedirects } from './follow-redirects.ts';
import { headerOf } from './header-list.ts';
import { RateLimit, throttle } from './rate-limit.ts';
import { readRequestBody } from './request-body.ts';
import { requestHeaders } from './request-headers.ts';
import { transformBody } from './transform-body.ts';

export interface NetworkOptions {
  /** Sends the requests: proxies and TLS options are undici's. It is not closed with the network. */
  readonly dispatcher?: Dispatcher | undefined;
  /** Connections to one origin at a time; as many as are asked for without it. Not used with a `dispatcher`. */
  readonly connectionsPerHost?: number | undefined;
  /** bytes per second, over all bodies in both directions */
  readonly limitRate?: number | undefined;
  readonly beforeAttempt?: BeforeAttempt | undefined;
  /** Why a URL that is redirected to may not be fetched here, null if it may. */
  readonly refusal?: ((url: URL) => string | null) | undefined;
  readonly clock: Clock;
}

export interface NodeNetwork extends Network {
  /** Ends all connections. */
  close(): Promise<void>;
}

/** The network port on undici. */
export function createNetwork(options: NetworkOptions): NodeNetwork {
  const { connectionsPerHost, limitRate, clock } = options;
  const own = options.dispatcher
    ? null
    : new Agent({ connect: createConnector(), connections: connectionsPerHost ?? null });
  const dispatcher = options.dispatcher ?? own;
  const limit = limitRate === undefined ? null : new RateLimit(limitRate, clock);
  return {
    async fetch(asked) {
      asked.signal.throwIfAborted();
      const { request, body, signal } = asked;
      const headers = requestHeaders(request, Object.entries(asked.headers), asked.fresh);
      const url = await prepareAttempt(options.beforeAttempt, asked, headers);
      let uploaded = 0;
      const arrival = await followRedirects(dispatcher as Dispatcher, {
        url,
        method: request.method,
        headers,
        redirect: request.redirect,
        openBody: body
          ? () =>
              readRequestBody(body, 0, limit, (sent) => {
                uploaded = Math.max(uploaded, sent);
              })
          : null,
        bodySize: body?.size ?? null,
        refusal: options.refusal ?? (() => null),
        signal,
      });
      return present(arrival, asked, limit, uploaded);
    },
    // nothing is asked first in Node
    sendsIfRange: () => true,
    async close() {
      limit?.close();
      await own?.destroy();
    },
  };
}

function present(
  arrival: Arrival,
  { request, signal }: NetworkRequest,
  limit: RateLimit | null,
  uploaded: number,
): NetworkResponse {
  const { status, statusText, headers, url, method, redirected } = arrival;
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
    };
  }
  const contentEncoding = headerOf(headers, 'content-encoding');
  const decoders = decodersFor(contentEncoding);
  // where an attempt went instead of the request's URL may hold secrets, and is not the same each time
  const shown = redirected ? url.href : request.url;
  const head = {
    status,
    statusText,
    headers,
    url: withoutFragment(shown),
    type: 'basic',
    redirected,
  } as const;
  const coding = decoders?.length === 0 ? 'identity' : 'encoded';
  if (hasNullBody(status, method)) {
    arrival.discard();
    return { head, body: null, coding, signalsTruncation: true, uploaded };
  }
  let body = arrival.body;
  if (limit) body = transformBody(body, signal, (chunks) => throttle(chunks, limit));
  if (coding === 'encoded' && decoders)
    body = transformBody(body, signal, (chunks) => decode(chunks, decoders));
  // a coding has an end of its own
  const signalsTruncation = isFramed(headers) || (coding === 'encoded' && decoders !== null);
  return { head, body, coding, signalsTruncation, uploaded };
}

/** Whether the end of a body is told from a cut; one that only the end of its connection delimits is not. */
function isFramed(headers: NetworkResponse['head']['headers']): boolean {
  return headerOf(headers, 'content-length') !== null || headerOf(headers, 'transfer-encoding') !== null;
}

function withoutFragment(url: string): string {
  return url.split('#', 1)[0] as string;
}
