import type { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';

const exposed = 'ETag, Content-Range, Content-Encoding, Date, Accept-Ranges, Content-Length';

/** Sets the headers that let other origins read a response, as far as `cors` and its exceptions want them to. */
export function allowOrigins(exchange: Exchange, faults: Faults): void {
  if (faults.rangecors === 'none' && exchange.request.headers.range !== undefined) {
    return;
  }
  exchange.hidesErrors = faults.errorcors === 'none';
  if (letsIn(faults)) {
    exchange.response.setHeader('Access-Control-Allow-Origin', '*');
  }
  const names = faults.expose ?? (faults.cors === 'exposed' ? exposed : undefined);
  if (names !== undefined) {
    exchange.response.setHeader('Access-Control-Expose-Headers', names);
  }
}

function letsIn({ cors = 'none' }: Faults): boolean {
  return cors !== 'none';
}

/** Takes back what `allowOrigins` did. */
export function closeToOrigins(exchange: Exchange): void {
  exchange.response.removeHeader('Access-Control-Allow-Origin');
  exchange.response.removeHeader('Access-Control-Expose-Headers');
}

/** Answers a preflight. Without `preflight` it succeeds if `cors` lets other origins in. */
export function answerPreflight(exchange: Exchange, faults: Faults): void {
  const isOk = faults.preflight === undefined ? letsIn(faults) : faults.preflight === 'ok';
  if (!isOk) {
    exchange.sendText(403, 'The preflight is refused.');
    return;
  }
  allowOrigins(exchange, { ...faults, cors: 'simple' });
  allowEverythingAsked(exchange);
}

/** For what belongs to the tests and not to what is tested. */
export function openToTests(exchange: Exchange): void {
  exchange.response.setHeader('Access-Control-Allow-Origin', exchange.request.headers.origin ?? '*');
  exchange.response.setHeader('Access-Control-Expose-Headers', '*');
}

export function allowEverythingAsked(exchange: Exchange): void {
  const { headers } = exchange.request;
  exchange.sendHead(204, {
    'Access-Control-Allow-Methods': headers['access-control-request-method'] ?? 'GET',
    'Access-Control-Allow-Headers': headers['access-control-request-headers'] ?? 'Range',
    // Otherwise one test's preflight answers for another's.
    'Access-Control-Max-Age': '0',
  });
  exchange.response.end();
}
