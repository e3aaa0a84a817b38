import { backingOff, offline, StaleWriteError, storedLength, transferring } from '../model/transitions.ts';
import type { RequestBody } from '../ports.ts';
import { Attempt } from '../transfer/attempt.ts';
import { InterruptedError, type Job } from '../transfer/job.ts';
import { type AttemptPlan, type Lessons, noLessons, planAttempt } from '../transfer/plan-attempt.ts';
import { chooseDelay, countAttempt, isRetryableMethod } from '../transfer/retry-schedule.ts';
import { fetchPieces } from './fetch-pieces.ts';
import { type AttemptOutcome, again, processResponse, settledOutcome } from './process-response.ts';
import { settleABody } from './settle-a-body.ts';
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
  const lessons: Lessons = { ...noLessons };
  for (let probes = 0; job.record(index).state !== 'settled'; ) {
    // 3.
    await job.whileNotPaused();
    if (job.interruption) return;
    try {
      await waitForRetry(job, index, probes);
      const outcome = await makeAttempt(job, index, lessons);
      if (outcome.kind !== 'failed') probes = 0;
      else if (!outcome.answered && !job.workshop.ports.connectivity.isOnline()) {
        probes++;
        await job.commit(index, offline);
      } else {
        probes = 0;
        await scheduleRetry(job, index, outcome);
      }
    } catch (error) {
      if (await isOver(job, index, error)) return;
    }
  }
}

/** Whether an error ends the transfer; all it can be followed by is decided here. */
async function isOver(job: Job, index: number, error: unknown): Promise<boolean> {
  if (error instanceof InterruptedError) return error.interruption !== 'paused';
  if (job.interruption) return job.interruption !== 'paused';
  if (error instanceof DOMException && error.name === 'QuotaExceededError') {
    await job.settle(index, 'quota-exceeded');
    return true;
  }
  // purged, or settled by somebody else: there is nothing left to do here
  if (error instanceof StaleWriteError) return true;
  throw error;
}

/** 4. to 12., with a place among the records that transfer at a time. */
async function makeAttempt(job: Job, index: number, lessons: Lessons): Promise<AttemptOutcome> {
  const { scheduler, options } = job.workshop;
  const release = await scheduler.acquire(job.fetch.order, index, job.signal);
  try {
    const record = job.record(index);
    const plan = planAttempt(record, lessons, options);
    if (plan.kind === 'settle')
      return (await settleABody(job, index, null, lessons)) ? settledOutcome : again;
    if (plan.kind === 'pieces' && record.responseData) {
      return await fetchPieces(job, index, plan, record.responseData, lessons);
    }
    return await fetchOnce(job, index, plan, lessons, release);
  } finally {
    release();
  }
}

async function fetchOnce(
  job: Job,
  index: number,
  plan: AttemptPlan,
  lessons: Lessons,
  release: () => void,
): Promise<AttemptOutcome> {
  const { network } = job.workshop.ports;
  const { request, retries, state } = job.record(index);
  const repeatable = isRetryableMethod(request.method);
  if (!repeatable) {
    if (state === 'transferring') {
      // it was sent before a death, and nobody knows what became of it
      await job.settle(index, 'fetch-error');
      return settledOutcome;
    }
    await job.commit(index, transferring);
  }
  const ifRange = plan.kind === 'rest' && network.sendsIfRange(request.url) ? plan.ifRange : null;
  const headers = rangeHeaders(plan, ifRange);
  const attempt = new Attempt(job, !repeatable);
  try {
    const body = await readBody(job, index);
    const fresh = plan.kind !== 'plain';
    // 11.
    const { id } = job.fetch;
    const fetching = network.fetch({ id, retries, request, body, headers, fresh, signal: attempt.signal });
    const response = await attempt.receive(fetching).catch(() => null);
    attempt.throwIfInterrupted();
    if (response) {
      const sentIfRange = ifRange !== null;
      return await processResponse({ job, index, attempt, plan, response, lessons, sentIfRange, release });
    }
    if (repeatable) return { kind: 'failed', answered: false, retryAfter: null };
    await job.settle(index, 'fetch-error');
    return settledOutcome;
  } finally {
    attempt.end();
  }
}

/** 6.-8. */
function rangeHeaders(plan: AttemptPlan, ifRange: string | null): Record<string, string> {
  if (plan.kind === 'identity') return { Range: 'bytes=0-' };
  if (plan.kind !== 'rest') return {};
  const range = { Range: `bytes=${plan.position - plan.overlap}-${plan.end === null ? '' : plan.end - 1}` };
  return ifRange === null ? range : { ...range, 'If-Range': ifRange };
}

async function readBody(job: Job, index: number): Promise<RequestBody | null> {
  if (!job.record(index).request.hasBody) return null;
  return await job.workshop.ports.store.readRequestBody(job.fetch.key, index);
}

async function scheduleRetry(
  job: Job,
  index: number,
  outcome: Extract<AttemptOutcome, { kind: 'failed' }>,
): Promise<void> {
  const { clock, random } = job.workshop.ports;
  const record = job.record(index);
  const retries = countAttempt(record.retries, outcome.answered, storedLength(record));
  const delay = chooseDelay(retries, job.workshop.options.retry, random.next(), outcome.retryAfter);
  if (delay === null) await job.settle(index, 'fetch-error');
  else {
    const until = clock.now() + delay;
    await job.commit(index, (current) => backingOff(current, retries, until));
  }
}
