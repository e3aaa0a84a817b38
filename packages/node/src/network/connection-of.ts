import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Duplex } from 'node:stream';
import { listenTo, responsesOf } from './http1/connection.ts';

/** undici's, of whatever copy and dispatcher: published right before the first byte of a request is written. */
const channel = 'undici:client:sendHeaders';

interface Sending {
  readonly socket?: Duplex & { readonly alpnProtocol?: unknown };
  readonly request: { readonly method: string; readonly upgrade?: unknown };
}

type OnConnection = (connection: Duplex) => void;

let starting: OnConnection | null = null;
let watching = 0;

function onSendHeaders(message: unknown): void {
  const onConnection = starting;
  starting = null;
  const { socket, request } = message as Sending;
  if (!socket) return;
  if (onConnection && socket.alpnProtocol !== 'h2') listenTo(socket);
  // other requests may share the connections of an app's dispatcher
  const responses = responsesOf(socket);
  if (request.method === 'CONNECT' || request.upgrade) responses?.leave();
  else responses?.expect(request.method);
  onConnection?.(socket);
}

/** Makes `connectionOf` work until the result is called. */
export function watchConnections(): () => void {
  if (watching++ === 0) subscribe(channel, onSendHeaders);
  let ended = false;
  return () => {
    if (!ended && --watching === 0) unsubscribe(channel, onSendHeaders);
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
