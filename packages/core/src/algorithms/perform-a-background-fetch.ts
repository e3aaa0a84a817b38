import { isActive, type StoredBackgroundFetch } from '../model/background-fetch.ts';
import { settled, withEventOwed } from '../model/transitions.ts';
import type { Job } from '../transfer/job.ts';
import { completeARecord } from './complete-a-record.ts';
import { updateInstances } from './update-background-fetch-instances.ts';

/**
 * Performs a background fetch: completes its records and takes it from the active background fetches.
 * Resolves with the background fetch that now owes its event, or null if the engine was stopped or the fetch is gone.
 * https://wicg.github.io/background-fetch/#perform-a-background-fetch-algorithm
 */
export async function performABackgroundFetch(job: Job): Promise<StoredBackgroundFetch | null> {
  const endUpdates = updateInstances(job);
  // a record that was answered before a death shows that its origin answers
  for (const { request, responseData, retries } of job.records) {
    if (responseData || retries.answered) job.workshop.origins.of(request.url).isThere();
  }
  // 5.-7. The failure reason is kept with the fetch when a record settles, see withRecordResult.
  const completing = job.records.map((_, index) => completeAndWatch(job, index));
  try {
    await Promise.all(completing);
  } catch (error) {
    // the next job must not find this one's transfers at work
    job.interrupt('stopped');
    await Promise.allSettled(completing);
    throw error;
  } finally {
    endUpdates();
  }
  if (job.interruption === 'stopped') return null;
  return await takeFromActive(job);
}

async function completeAndWatch(job: Job, index: number): Promise<void> {
  await completeARecord(job, index);
  const record = job.record(index);
  if (record.state !== 'settled') return;
  // 5.5. and 8.: these two end everything at once
  if (record.result === 'download-total-exceeded' || record.result === 'quota-exceeded')
    job.interrupt('aborted');
}

/** 9.1. to 9.6., in one transaction, which is what the edit queue is here. */
async function takeFromActive(job: Job): Promise<StoredBackgroundFetch | null> {
  const { writer, ports } = job.workshop;
  let ended: StoredBackgroundFetch | null = null;
  await writer.write(async (transaction) => {
    ended = null;
    const current = await transaction.getFetch(job.fetch.key);
    if (!current || (!isActive(current) && current.state !== 'aborting')) return;
    const owed = withEventOwed(current, ports.clock.now());
    const records = await transaction.listRecords(current.key);
    // whatever went wrong, an app must never be told of a success whose records are not all there
    const left = records.filter((record) => record.state !== 'settled');
    if (owed.failureReason === '' && records.length - left.length < current.recordCount)
      throw new Error('Records are missing');
    for (const record of left) transaction.putRecord(settled(record, 'aborted'));
    ended = owed;
    transaction.putFetch(ended);
  });
  return ended;
}
