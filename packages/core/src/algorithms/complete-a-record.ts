import { backingOff, offline, StaleWriteError, storedLength } from '../model/transitions.ts';
import { afterLastRange } from '../transfer/course.ts';
import type { Job } from '../transfer/job.ts';
import type { Failure, Outcome } from '../transfer/outcome.ts';
import { planAttempt } from '../transfer/plan-attempt.ts';
import { chooseDelay, countAttempt } from '../transfer/retry-schedule.ts';
import { Transfer } from '../transfer/transfer.ts';
import { fetchAResponse } from './fetch-a-response.ts';
import { fetchPieces } from './fetch-pieces.ts';
import { acceptUnproven, settleABody } from './settle-a-body.ts';
import { waitForRetry } from './temporarily-unavailable.ts';

/**
 * Completes a record: fetches its request, and what is missing of its response after each failure, until it is
 * settled. Resolves then, or when its job was aborted or stopped.
 * https://wicg.github.io/background-fetch/#complete-a-record-algorithm
 *
 * The specification recurses at its last step; this is the loop of it. Step 5 (keepalive) is left out: it limits
 * request bodies to 64 KiB.
 */
export async function completeARecord(job: Job, index: number): Promise<void> {
  const transfer = new Transfer(job, index);
  while (transfer.record.state !== 'settled') {
    // 3. A paused fetch has no job that goes on.
    if (job.interruption) return;
    try {
      await waitForRetry(transfer);
      const outcome = await makeAttempt(transfer);
      switch (outcome.kind) {
        case 'settled':
        case 'stored':
          break;
        case 'ask-again':
          transfer.course = outcome.course;
          break;
        case 'failed':
          transfer.course = outcome.course;
          await afterFailure(transfer, outcome);
          break;
        default:
          outcome satisfies never;
      }
    } catch (error) {
      // the fetch was purged, or the record settled by somebody else
      if (job.interruption || error instanceof StaleWriteError) return;
      if (!(error instanceof DOMException) || error.name !== 'QuotaExceededError') throw error;
      await transfer.settle('quota-exceeded');
    }
  }
}

/** 4. to 12., with a place among the requests to its origin. */
async function makeAttempt(transfer: Transfer): Promise<Outcome> {
  if (transfer.ports.network.blocks?.(transfer.record.request)) return await transfer.settle('fetch-error');
  const plan = planAttempt(transfer.record, transfer.course, transfer.options);
  if (plan.kind === 'settle') return await settleABody(transfer);
  if (plan.kind === 'pieces') return await fetchPieces(transfer, plan.pieces);
  const place = await transfer.acquirePlace(plan.kind === 'rest' ? plan.position : 0);
  if (!place) return await transfer.settle('fetch-error');
  try {
    return await fetchAResponse(transfer, place, plan);
  } finally {
    place.release();
  }
}

/** Decides what follows an attempt that came to nothing: another one, at once or later, or the end. */
async function afterFailure(transfer: Transfer, failure: Failure): Promise<void> {
  switch (failure.by) {
    case 'silence':
      return await waitForTheOrigin(transfer);
    case 'crowd':
      return await waitAsTold(transfer, failure);
    case 'still-silent':
    case 'yielded':
      // the record begins again as soon as it gets another place
      return;
    case 'refusal':
    case 'stall':
    case 'status':
    case 'cut':
      return await scheduleRetry(transfer, failure);
    default:
      failure.by satisfies never;
  }
}

/**
 * Waits while nobody answers at the origin, which is no failure of the record: it waits for its turn to ask again,
 * see `Origin.acquire`.
 */
async function waitForTheOrigin(transfer: Transfer): Promise<void> {
  const { record, ports } = transfer;
  const since = ports.connectivity.isOnline() ? ports.clock.now() : null;
  const knows = record.state === 'offline' && (record.since !== undefined) === (since !== null);
  // a change that changes nothing is not written: days without a network must not cost a write for each turn
  if (!knows) await transfer.commit((current) => offline(current, since));
}

/**
 * Waits for as long as the server said. The record begins again as soon as it gets another place, and not before its
 * server wants that, after a death neither.
 */
async function waitAsTold(transfer: Transfer, { retryAfter }: Failure): Promise<void> {
  if (retryAfter === 0) return;
  const until = transfer.ports.clock.now() + Math.min(retryAfter, transfer.options.retry.longestRetryAfter);
  await transfer.commit((current) => backingOff(current, current.retries, until));
}

async function scheduleRetry(transfer: Transfer, failure: Failure): Promise<void> {
  const { clock, random } = transfer.ports;
  const { record, course } = transfer;
  const retries = countAttempt(record.retries, failure, storedLength(record) + record.uploaded);
  const delay = chooseDelay(retries, transfer.options.retry, random.next(), failure);
  if (delay !== null) {
    const until = clock.now() + delay;
    return await transfer.commit((current) => backingOff(current, retries, until));
  }
  if (course.goal === 'prove-end') await acceptUnproven(transfer);
  else if (failure.asked === 'range') transfer.course = afterLastRange(course);
  else await transfer.settle('fetch-error');
}
