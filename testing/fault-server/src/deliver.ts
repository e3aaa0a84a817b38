import { fillBody } from './body.ts';
import type { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';
import { type Position, positionIn } from './parameters.ts';
import type { Representation } from './representation.ts';
import type { ResourceState } from './state.ts';

const CHUNK = 256 * 1024;
/** Throttled bytes leave in at most so many writes per second, dripped ones in as many as that allows. */
const THROTTLE_WRITES = 20;
const DRIP_WRITES = 100;

/**
 * The bytes from `start` up to, not including, `end`. Every chunk lives in the same memory: use it up before the
 * next, or ask for `fresh` ones.
 */
export async function* bytesOf(
  { key, version }: Representation,
  start: number,
  end: number,
  memory: 'reused' | 'fresh' = 'reused',
): AsyncGenerator<Uint8Array> {
  let buffer = new Uint8Array(Math.min(CHUNK, end - start));
  for (let offset = start; offset < end; offset += buffer.length) {
    if (memory === 'fresh') buffer = new Uint8Array(Math.min(CHUNK, end - offset));
    const part = buffer.subarray(0, Math.min(buffer.length, end - offset));
    fillBody(part, key, version, offset);
    yield part;
  }
}

interface Event {
  readonly at: number;
  readonly happen: () => void | Promise<void>;
  /** Nothing is sent after it. */
  readonly last: boolean;
}

/**
 * Sends a body whose headers are set: at the pace, and with the events at the positions that the faults ask for.
 * `length` is what percentages refer to, and what tells a cut in the middle from one that cuts nothing.
 */
export async function deliver(
  exchange: Exchange,
  source: AsyncIterable<Uint8Array>,
  length: number | undefined,
  faults: Faults,
  state: ResourceState,
): Promise<void> {
  const events = eventsOf(exchange, length, faults, state);
  const pace = makePace(exchange, faults);
  let sent = 0;

  const happenings = async (): Promise<'go on' | 'over'> => {
    while (events[0] && events[0].at <= sent) {
      const event = events.shift() as Event;
      await event.happen();
      if (event.last) return 'over';
    }
    return 'go on';
  };

  exchange.response.flushHeaders();
  if ((await happenings()) === 'over') return;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const limit = Math.min(
        chunk.length - at,
        pace.slice,
        (events[0]?.at ?? Number.POSITIVE_INFINITY) - sent,
      );
      await pace.before(limit);
      await exchange.write(chunk.subarray(at, at + limit));
      at += limit;
      sent += limit;
      if ((await happenings()) === 'over') return;
    }
  }
  exchange.end();
}

function eventsOf(
  exchange: Exchange,
  length: number | undefined,
  faults: Faults,
  state: ResourceState,
): Event[] {
  const events: Event[] = [];
  const add = (position: Position | undefined, happen: Event['happen'], last = false) => {
    if (position) events.push({ at: positionIn(position, length ?? faults.size), happen, last });
  };
  // The order matters for those at the same position.
  add(faults.swapAt, () => swapOnce(exchange, state));
  add(faults.stall, () => state.hold(exchange.signal));
  // With all of a Content-Length sent there is nothing left to cut; a chunked body still lacks its last chunk.
  const cuts = (position: Position | undefined) =>
    position && (length === undefined || positionIn(position, length) < length) ? position : undefined;
  if (faults.cut !== 'headers') add(cuts(faults.cut), () => exchange.cut(), true);
  add(cuts(faults.reset), () => exchange.reset(), true);
  return events.sort((a, b) => a.at - b.at);
}

function swapOnce(exchange: Exchange, state: ResourceState): void {
  if (exchange.entry.attempt === 1) state.swap();
}

/** Sends by a schedule from the first byte on, so that late timers don't add up. */
function makePace(exchange: Exchange, { drip, throttle }: Faults) {
  const rate = drip ?? throttle;
  if (rate === undefined) return { slice: CHUNK, before: async () => {} };
  const slice = Math.max(1, Math.min(CHUNK, Math.floor(rate / (drip ? DRIP_WRITES : THROTTLE_WRITES))));
  const begin = performance.now();
  let scheduled = 0;
  const before = async (bytes: number) => {
    scheduled += bytes;
    const wait = begin + (scheduled / rate) * 1000 - performance.now();
    if (wait > 1) await exchange.pause(wait);
  };
  return { slice, before };
}
