import { countBytes, prefixLength } from '../model/byte-ranges.ts';
import type { RecordResult, ResponseData, StoredRecord, UnsettledRecord } from '../model/record.ts';
import { isOkStatus } from '../model/status.ts';
import { settled } from '../model/transitions.ts';
import type { BodySink } from '../transfer/body-sink.ts';
import { continueWith, fromZero } from '../transfer/course.ts';
import { askAgain, type Outcome, settledOutcome } from '../transfer/outcome.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { readStoredBytes } from './read-stored-bytes.ts';

/**
 * Settles a record whose body is complete: the last bytes and the result go into the store together. The record stays
 * unsettled if the body must be fetched again, because it is not what `integrity`, or its response's own digest, promises.
 * https://wicg.github.io/background-fetch/#complete-a-record-algorithm, "if the bytes transmission is done normally"
 */
export async function settleABody(transfer: Transfer, sink?: BodySink): Promise<Outcome> {
  const { record, ports } = transfer;
  const { integrity } = record.request;
  const settleByStatus = (record: UnsettledRecord): StoredRecord => settled(record, resultOf(record));
  const promised =
    ports.promisedIntegrity?.(record.request, sink ? await sink.preview() : record.responseData) ?? '';
  if (integrity + promised === '' && sink) {
    await sink.finish(settleByStatus);
    return settledOutcome;
  }
  await sink?.finish();
  const data = transfer.record.responseData;
  if (data && isOkStatus(data.head.status)) {
    const asked = await hasIntegrity(transfer, data, integrity);
    if (!asked || !(await hasIntegrity(transfer, data, promised))) {
      transfer.tell('digest');
      // the app does not want the resource itself where `integrity` fails; where the server's own digest fails, the
      // body may have been damaged
      const final = !asked && data.responses === 1;
      if (final || transfer.integrityFailed) return await transfer.settle('fetch-error', 'void');
      transfer.integrityFailed = true;
      return askAgain(fromZero(continueWith(transfer.course, 'single')));
    }
  }
  await transfer.commit(settleByStatus);
  return settledOutcome;
}

/** Takes a stored body for a complete one, where neither the engine nor the server shows whether it is. */
export async function acceptUnproven(transfer: Transfer): Promise<Outcome> {
  warnUnverified(transfer, prefixLength(transfer.record.responseData?.stored ?? []));
  return await settleABody(transfer);
}

/** Warns that a body of `stored` bytes is accepted although nothing shows whether it is complete. */
export function warnUnverified({ ports, record }: Transfer, stored: number): void {
  ports.log.warn(
    `${record.request.url}: its ${stored} bytes are accepted unverified: the server tells no length, the browser no cut`,
  );
}

function resultOf(record: StoredRecord): RecordResult {
  return isOkStatus(record.responseData?.head.status ?? 0) ? 'success' : 'bad-status';
}

async function hasIntegrity(transfer: Transfer, data: ResponseData, integrity: string): Promise<boolean> {
  if (integrity === '') return true;
  const { verifyIntegrity, store, log } = transfer.ports;
  if (!verifyIntegrity) {
    log.warn(`${data.head.url} can't be checked: background-fetch/integrity is not loaded`);
    return false;
  }
  const key = transfer.bodyKey(data.body);
  return await verifyIntegrity(integrity, readStoredBytes(store, key, 0, countBytes(data.stored)));
}
