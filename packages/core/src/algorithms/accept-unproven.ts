import { prefixLength } from '../model/byte-ranges.ts';
import type { Outcome } from '../transfer/outcome.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { settleABody } from './settle-a-body.ts';

/** Takes a stored body for a complete one, where neither the engine nor the server shows whether it is. */
export async function acceptUnproven(transfer: Transfer): Promise<Outcome> {
  warnUnverified(transfer, prefixLength(transfer.record.responseData?.stored ?? []));
  return await settleABody(transfer);
}

export function warnUnverified({ ports, record }: Transfer, stored: number): void {
  ports.log.warn(
    `${record.request.url}: its ${stored} bytes are accepted unverified: the server tells no length, the browser no cut`,
  );
}
