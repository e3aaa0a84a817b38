import type { Answer, Exchange, Sending } from './odd-server.ts';

/** What is sent, by a server that gives ranges of it. */
export interface Resource {
  readonly body: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An ordinary server: ranges with 206, and with 416 those that begin after the end. */
export function sendAsAsked(exchange: Exchange, resource: Resource, how?: Sending): Promise<void> {
  return sendRange(exchange, resource, 206, how);
}

/** The connection of the first answer with a body ends after `cut` bytes; what follows is as `then` has it. */
export function cutOnce(resource: Resource, cut: number, then: Answer): Answer {
  return (exchange) => (exchange.before === 0 ? sendAsAsked(exchange, resource, { cut }) : then(exchange));
}

/** Ranges are given and described rightly, but with status 200. */
export function sendPartsAs200(resource: Resource): Answer {
  return (exchange) => sendRange(exchange, resource, 200);
}

/** Whatever has a Range is refused, and nothing else. */
export function refuseRanges(resource: Resource, status: number): Answer {
  return (exchange) =>
    exchange.request.headers.range === undefined ? sendAsAsked(exchange, resource) : refuse(exchange, status);
}

export type Refusal = 403 | 503 | 'reset';

/** So many answers at a time, each at `rate` bytes per second; further requests are refused at once. */
export function limitConnections(resource: Resource, limit: number, rate: number, refusal: Refusal): Answer {
  let active = 0;
  return async (exchange) => {
    const { request, response } = exchange;
    if (request.method !== 'GET') return await sendAsAsked(exchange, resource);
    if (active >= limit) {
      if (refusal !== 'reset') return await refuse(exchange, refusal);
      request.socket.resetAndDestroy();
      return;
    }
    active++;
    response.once('close', () => active--);
    await sendAsAsked(exchange, resource, { rate });
  };
}

/** Resets a connection when its nth request comes. */
export function resetAtRequest(nth: number, then: Answer): Answer {
  const requests = new WeakMap<object, number>();
  return (exchange) => {
    const { socket } = exchange.request;
    const count = (requests.get(socket) ?? 0) + 1;
    requests.set(socket, count);
    if (count < nth) return then(exchange);
    socket.resetAndDestroy();
  };
}

async function sendRange(
  exchange: Exchange,
  { body, headers }: Resource,
  status: 200 | 206,
  how?: Sending,
): Promise<void> {
  const common = {
    'Content-Type': 'application/octet-stream',
    'Accept-Ranges': 'bytes',
    'Last-Modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
    ETag: '"one"',
    ...headers,
  };
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(exchange.request.headers.range ?? '') ?? [];
  if (first === undefined) return await exchange.send(200, common, body, how);
  const start = Number(first);
  const end = last ? Math.min(Number(last) + 1, body.length) : body.length;
  if (start >= end) {
    const unsatisfied = { ...common, 'Content-Range': `bytes */${body.length}` };
    return await exchange.send(416, unsatisfied, new Uint8Array());
  }
  const described = { ...common, 'Content-Range': `bytes ${start}-${end - 1}/${body.length}` };
  await exchange.send(status, described, body.subarray(start, end), how);
}

async function refuse(exchange: Exchange, status: number): Promise<void> {
  await exchange.send(status, { 'Content-Type': 'text/plain' }, Buffer.from(`Status ${status}\n`));
}
