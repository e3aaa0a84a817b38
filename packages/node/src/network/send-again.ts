import type { Dispatcher } from 'undici';
import { type Exchange, type ExchangeOptions, exchange } from './exchange.ts';
import { isLostConnection } from './failures.ts';

/** The dispatchers of a request that may be sent again. */
export interface Dispatchers {
  readonly first: Dispatcher;
  /** Sends a request again, where possible over a connection that was never used. */
  readonly again: Dispatcher;
}

/**
 * A dispatcher of the app decides itself about its connections, and of those that it keeps, many may be dead: each
 * attempt finds one of them.
 */
const mostRepetitions = 20;

/**
 * Exchanges a request for its response. A server may end a connection that is kept alive at any time, and what was
 * just sent over it is lost: if that asks for nothing but a representation, it is sent again at once, and nobody hears
 * of it. https://www.rfc-editor.org/rfc/rfc9112#section-9.3.1
 */
export async function exchangeOnLiveConnection(
  { first, again }: Dispatchers,
  options: ExchangeOptions,
): Promise<Exchange> {
  for (let repetitions = 0; ; repetitions++) {
    try {
      return await exchange(repetitions === 0 ? first : again, options);
    } catch (error) {
      if (!isLostOnTheWay(options, error) || repetitions >= longestSeries(options)) throw error;
    }
  }
}

function isLostOnTheWay({ method, body, progress }: ExchangeOptions, error: unknown): boolean {
  if ((method !== 'GET' && method !== 'HEAD') || body !== null) return false;
  if (!progress.sent || progress.responding) return false;
  // a connection that never brought anything shows what the server does; HTTP/2 may refuse a request and go on
  if (progress.reused === false || progress.ended === false) return false;
  return isLostConnection(error);
}

function longestSeries({ progress }: ExchangeOptions): number {
  // a dispatcher that hides its connections may have used this one or not: one request too many is the lesser evil
  return progress.reused === undefined ? 1 : mostRepetitions;
}
