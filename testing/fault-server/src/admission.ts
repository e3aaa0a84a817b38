import type { Exchange } from './exchange.ts';
import { type Faults, numberOf } from './faults.ts';
import { retryAfter, setCommonHeaders } from './headers.ts';
import type { Limits, Pool } from './pools.ts';

/** Lets a request in to its answer, or ends it here: its connection dies, or there is too much at once. */
export async function isAdmitted(
  exchange: Exchange,
  faults: Faults,
  own: Pool,
  shared: Pool,
): Promise<boolean> {
  for (const pool of new Set([own, shared])) {
    pool.arrive(exchange.gone);
  }
  return diesWithItsConnection(exchange, faults) ? false : await findsPlace(exchange, faults, shared);
}

function diesWithItsConnection(exchange: Exchange, faults: Faults): boolean {
  const { requests } = exchange.connection;
  if (requests >= Number(faults.resetat ?? Number.POSITIVE_INFINITY)) {
    exchange.reset();
    return true;
  }
  if (requests >= Number(faults.finat ?? Number.POSITIVE_INFINITY)) {
    exchange.cut();
    return true;
  }
  return false;
}

async function findsPlace(exchange: Exchange, faults: Faults, pool: Pool): Promise<boolean> {
  const limits: Limits = {
    connections: numberOf(faults.connections),
    perSecond: numberOf(faults.ratelimit),
    linger: numberOf(faults.linger) ?? 0,
  };
  if (faults.over === 'hold') {
    const found = await pool.queue(limits, exchange.gone, () => exchange.note({ waiting: true }));
    exchange.note({ waiting: false });
    return found;
  }
  const excess = pool.take(limits, exchange.gone);
  if (excess) {
    refuse(exchange, faults, faults.over ?? (excess === 'rate' ? '429' : '503'));
  }
  return !excess;
}

function refuse(exchange: Exchange, faults: Faults, how: string): void {
  if (how === 'reset') {
    exchange.reset();
  } else if (how === 'fin') {
    exchange.cut();
  } else {
    setCommonHeaders(exchange, faults);
    exchange.sendText(Number(how), 'That is too much at once.', retryAfter(faults));
  }
}
