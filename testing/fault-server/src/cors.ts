import type { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';

const EXPOSED =
  'ETag, Content-Range, Content-Encoding, Date, Accept-Ranges, Content-Length, Last-Modified, Retry-After';

/** What lets scripts of other origins see the response, as far as `cors` goes. */
export function corsHeaders(cors: Faults['cors'], origin: string | undefined): Record<string, string> {
  if (cors === 'none') return {};
  if (cors === 'simple') return { 'Access-Control-Allow-Origin': '*' };
  const exposed = { 'Access-Control-Expose-Headers': EXPOSED };
  if (cors === 'exposed') return { 'Access-Control-Allow-Origin': '*', ...exposed };
  const credentials = {
    'Access-Control-Allow-Origin': origin ?? 'null',
    'Access-Control-Allow-Credentials': 'true',
  };
  return { ...credentials, ...exposed, Vary: 'Origin' };
}

export function isPreflight({ request }: Exchange): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}

export function answerPreflight(
  exchange: Exchange,
  { cors, preflight }: Pick<Faults, 'cors' | 'preflight'>,
): void {
  const { headers } = exchange.request;
  if (preflight === 'refuse' || cors === 'none') {
    exchange.text(403, 'Preflight refused.');
    return;
  }
  exchange.head(204, {
    ...corsHeaders(cors, headers.origin),
    'Access-Control-Allow-Methods': headers['access-control-request-method'] ?? 'GET',
    'Access-Control-Allow-Headers': headers['access-control-request-headers'] ?? '*',
    // Each test wants to see its own preflight.
    'Access-Control-Max-Age': '0',
  });
  exchange.end();
}
