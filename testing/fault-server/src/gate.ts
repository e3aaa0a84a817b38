import type { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';
import type { ResourceState } from './state.ts';

/** HEAD is answered as the next attempt would be, and isn't one. */
export function beginAttempt(exchange: Exchange, state: ResourceState): number {
  if (exchange.entry.method === 'HEAD') return state.attempts + 1;
  exchange.entry.attempt = state.beginAttempt();
  return exchange.entry.attempt;
}

/** What goes wrong before the headers. False: the exchange is over. */
export async function passGate(exchange: Exchange, faults: Faults, state: ResourceState): Promise<boolean> {
  if (faults.delay !== undefined) await exchange.pause(faults.delay);
  if (faults.hold) await state.hold(exchange.signal);
  if (faults.garbage) {
    await exchange.cutAfterRaw('This is not HTTP.\r\n\r\n');
    return false;
  }
  if (faults.cut === 'headers') {
    await exchange.cutAfterRaw('HTTP/1.1 200 OK\r\nContent-Type: application/oct');
    return false;
  }
  return true;
}
