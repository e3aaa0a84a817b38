import { countBytes } from '../model/byte-ranges.ts';
import type { RecordResult, ResponseData, StoredRecord, UnsettledRecord } from '../model/record.ts';
import { settled } from '../model/transitions.ts';
import type { BodySink } from '../transfer/body-sink.ts';
import type { Job } from '../transfer/job.ts';
import type { Lessons } from '../transfer/plan-attempt.ts';
import { verifyIntegrity } from '../transfer/verify-integrity.ts';

/** https://fetch.spec.whatwg.org/#ok-status */
export function isOkStatus(status: number): boolean {
  return status >= 200 && status <= 299;
}

/**
 * Settles a record whose body is complete: the last bytes and the result go into the store together.
 * Resolves with false if the body must be fetched again, because its parts don't make what `integrity` promises.
 * https://wicg.github.io/background-fetch/#complete-a-record-algorithm, "if the bytes transmission is done normally"
 */
export async function settleABody(
  job: Job,
  index: number,
  sink: BodySink | null,
  lessons: Lessons,
): Promise<boolean> {
  const { integrity } = job.record(index).request;
  if (integrity === '') {
    const settleByStatus = (record: UnsettledRecord): StoredRecord => settled(record, resultOf(record));
    await (sink ? sink.finish(settleByStatus) : job.commit(index, settleByStatus));
    return true;
  }
  await sink?.finish();
  const data = job.record(index).responseData;
  if (data && isOkStatus(data.head.status) && !(await hasIntegrity(job, index, data, integrity))) {
    if (data.responses > 1 && !lessons.integrityFailed) {
      lessons.integrityFailed = true;
      lessons.startOver = true;
      return false;
    }
    await job.settle(index, 'fetch-error');
    return true;
  }
  await job.commit(index, (record) => settled(record, resultOf(record)));
  return true;
}

function resultOf(record: StoredRecord): RecordResult {
  return isOkStatus(record.responseData?.head.status ?? 0) ? 'success' : 'bad-status';
}

async function hasIntegrity(
  job: Job,
  index: number,
  data: ResponseData,
  integrity: string,
): Promise<boolean> {
  const { hash, store, log } = job.workshop.ports;
  if (!hash) {
    log.warn(
      `${data.head.url} can't be checked against its integrity: background-fetch/integrity is not loaded`,
    );
    return false;
  }
  const key = { fetch: job.fetch.key, index, body: data.body };
  return await verifyIntegrity(integrity, store, hash, key, countBytes(data.stored));
}
