import { allowEverythingAsked, openToTests } from './cors.ts';
import type { Exchange } from './exchange.ts';
import { UnknownFault } from './faults.ts';
import type { Absence } from './listener.ts';
import type { OriginName, Outages } from './outages.ts';
import { readMessage } from './request-body.ts';

/** What `POST /outage/<origin>` takes. */
interface OutageMessage {
  milliseconds?: number;
  as?: Absence;
  end?: boolean;
}

/** `/outage/same`, `/outage/cross`, `/outage/secure` and `/outage/edge`, for tests of any origin. */
export async function answerOutage(exchange: Exchange, name: string, outages: Outages): Promise<void> {
  openToTests(exchange);
  const { method, socket } = exchange.request;
  if (method === 'OPTIONS') {
    allowEverythingAsked(exchange);
    return;
  }
  if (!isOriginName(name)) {
    throw new UnknownFault(`There is no origin "${name}". Known: same, cross, secure, edge.`);
  }
  if (method === 'POST') {
    const { milliseconds, as, end } = (await readMessage(exchange)) as OutageMessage;
    if (milliseconds !== undefined && !(Number.isInteger(milliseconds) && milliseconds >= 0)) {
      throw new UnknownFault(`The outage can't last "${milliseconds}" milliseconds.`);
    }
    if (as !== undefined && !/^(refused|closed|silent)$/.test(as)) {
      throw new UnknownFault(`An origin can't be out as "${as}". Known: refused, closed, silent.`);
    }
    if (end) {
      await outages.end(name);
    } else if (outages.hasPort(name, socket.localPort)) {
      throw new UnknownFault('An outage has to be asked for at an origin that it does not affect.');
    } else {
      await outages.begin(name, { milliseconds, as });
    }
  }
  exchange.sendJson({ out: outages.isOut(name) });
}

function isOriginName(name: string): name is OriginName {
  return /^(same|cross|secure|edge)$/.test(name);
}
