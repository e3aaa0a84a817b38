import { countBytes } from '../model/byte-ranges.ts';
import type { RecordResult, ResponseData, StoredRecord, UnsettledRecord } from '../model/record.ts';
import { settled } from '../model/transitions.ts';
import type { BodySink } from '../transfer/body-sink.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { readStoredBytes } from './response-data.ts';

/** https://fetch.spec.whatwg.org/#ok-status */
export function isOkStatus(status: number): boolean {
  return status >= 200 && status <= 299;
}

/**
 * Settles a record whose body is complete: the last bytes and the result go into the store together. The record stays
 * unsettled if the body must be fetched again, because its parts don't make what `integrity` promises.
 * https://wicg.github.io/background-fetch/#complete-a-record-algorithm, "if the bytes transmission is done normally"
 */
export async function settleABody(transfer: Transfer, sink?: BodySink): Promise<undefined> {
  const { lessons } = transfer;
  const { integrity } = transfer.record.request;
  const settleByStatus = (record: UnsettledRecord): StoredRecord => settled(record, resultOf(record));
  if (integrity === '' && sink) return await sink.finish(settleByStatus);
  await sink?.finish();
  const data = transfer.record.responseData;
  if (integrity !== '' && data && isOkStatus(data.head.status)) {
    if (!(await hasIntegrity(transfer, data, integrity))) {
      if (data.responses === 1 || lessons.integrityFailed) return await transfer.settle('fetch-error');
      lessons.integrityFailed = true;
      lessons.startOver = true;
      return undefined;
    }
  }
  return await transfer.commit(settleByStatus);
}

function resultOf(record: StoredRecord): RecordResult {
  return isOkStatus(record.responseData?.head.status ?? 0) ? 'success' : 'bad-status';
}

async function hasIntegrity(transfer: Transfer, data: ResponseData, integrity: string): Promise<boolean> {
  const { verifyIntegrity, store, log } = transfer.ports;
  if (!verifyIntegrity) {
    log.warn(`${data.head.url} can't be checked: background-fetch/integrity is not loaded`);
    return false;
  }
  const key = transfer.bodyKey(data.body);
  return await verifyIntegrity(integrity, readStoredBytes(store, key, 0, countBytes(data.stored)));
}
