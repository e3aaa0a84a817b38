import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Duplex } from 'node:stream';
import { listenTo, responsesOf } from './http1/connection.ts';

/** undici publishes this right before the first byte: docs/discoveries.md#which-connection-a-request-goes-over */
const sendHeaders = 'undici:client:sendHeaders';
/** undici publishes these when a request has ended, well or not. */
const ends = ['undici:request:trailers', 'undici:request:error'];

interface Sending {
  readonly socket?: Duplex & { readonly alpnProtocol?: unknown };
  readonly request: { readonly method: string; readonly upgrade?: unknown };
}

/** The connections of requests that are under way where nobody listens, and how many each has. */
const unheard = new WeakMap<object, Duplex>();
const unheardCounts = new WeakMap<Duplex, number>();

type OnConnection = (connection: Duplex) => void;

let starting: OnConnection | null = null;
let watching = 0;

function onSendHeaders(message: unknown): void {
  const onConnection = starting;
  starting = null;
  const { socket, request } = message as Sending;
  if (!socket) return;
  // other requests may share the connections of an app's dispatcher: nobody can begin to listen in the middle of a response
  if (onConnection && socket.alpnProtocol !== 'h2' && !unheardCounts.get(socket)) listenTo(socket);
  const responses = responsesOf(socket);
  if (!responses) countUnheard(socket, request);
  if (request.method === 'CONNECT' || request.upgrade) responses?.leave();
  else responses?.expect(request.method);
  onConnection?.(socket);
}

function countUnheard(socket: Duplex, request: object): void {
  unheard.set(request, socket);
  unheardCounts.set(socket, (unheardCounts.get(socket) ?? 0) + 1);
}

function onEnd(message: unknown): void {
  const { request } = message as Sending;
  const socket = unheard.get(request);
  if (!socket) return;
  unheard.delete(request);
  unheardCounts.set(socket, (unheardCounts.get(socket) ?? 1) - 1);
}

/** Makes `connectionOf` work until the result is called. */
export function watchConnections(): () => void {
  if (watching++ === 0) {
    subscribe(sendHeaders, onSendHeaders);
    for (const name of ends) subscribe(name, onEnd);
  }
  let ended = false;
  return () => {
    if (!ended && --watching === 0) {
      unsubscribe(sendHeaders, onSendHeaders);
      for (const name of ends) unsubscribe(name, onEnd);
    }
    ended = true;
  };
}

/**
 * Tells which connection the request goes over whose handler's `onRequestStart` is running. It is not called where that
 * can't be told: what answers may be a cache of the app's.
 */
export function connectionOf(onConnection: OnConnection): void {
  starting = onConnection;
  // undici writes the request in the same turn; whatever is written later is another one
  queueMicrotask(() => {
    if (starting === onConnection) starting = null;
  });
}
