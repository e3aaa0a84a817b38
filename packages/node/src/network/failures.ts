import { type Failure, failuresIn } from '@background-fetch/common';
import type { Reachability } from '@background-fetch/core';

/** Codes of errors by which nobody was reached, or is any more. */
const nobodyThere = new Set([
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENONET',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  // a SOCKS proxy says of the server: failed, net or host unreachable, refused, too far
  ...[1, 3, 4, 5, 6].map((reply) => `UND_ERR_SOCKS5_REPLY_${reply}`),
]);

/** Codes of errors by which this process or machine lacks something that others hold: that will pass. */
const exhausted = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/** A connection that was there ended. */
const connectionEnded = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTCONN',
  'UND_ERR_SOCKET',
  // these end the streams of an HTTP/2 connection that ends, too
  'UND_ERR_INFO',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_INVALID_SESSION',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_STREAM_CANCEL',
]);

/** The error of a connect, a look-up, or a DNS query: Node names the call that failed. */
const beforeConnection = /^(bind|connect|getaddrinfo|query.*)$/;

/** A proxy that says of a tunnel what it would of a request: it can't reach the server. */
const proxyReachedNobody = /^Proxy response \(5\d\d\)/;

/**
 * Tells who answers where a request was rejected with this error. An error that nobody knows here counts as
 * `answers`, like those of certificates, of the protocol and of the app: it may come each time, and has to have an
 * end.
 * @param sent whether the request was handed to a connection
 */
export function reachabilityOf(error: unknown, sent: boolean): Reachability {
  for (const failure of failuresIn(error)) {
    const code = String(failure.code);
    if (nobodyThere.has(code) || exhausted.has(code) || code.startsWith('EAI_')) return 'silent';
    if (typeof failure.syscall === 'string' && beforeConnection.test(failure.syscall)) return 'silent';
    // a handshake that is cut: what accepts connections may be a tunnel or a balancer whose servers are gone
    // and so may what takes a request and ends its connection without an answer
    if (connectionEnded.has(code)) return sent ? 'falters' : 'silent';
    if (proxyReachedNobody.test(String(failure.message))) return 'silent';
  }
  return 'answers';
}

/** Whether a request failed because its connection ended or turned out to be dead. */
export function isLostConnection(error: unknown): boolean {
  for (const failure of failuresIn(error)) {
    const code = String(failure.code);
    if (connectionEnded.has(code) || nobodyThere.has(code)) return true;
  }
  return false;
}

/**
 * The reason that an error gives. Node leaves the message empty where the addresses of a host failed one by one: then
 * it is theirs.
 */
export function reasonOfFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  const [, ...inner] = failuresIn(error);
  const reasons = new Set(inner.map(({ message, code }) => String(message || code)));
  return [...reasons].join(', ') || String((error as Failure).code ?? error.name);
}
