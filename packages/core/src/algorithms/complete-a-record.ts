import type { StoredRecord } from '../model/record.ts';
import { backingOff, offline, StaleWriteError, storedLength, transferring } from '../model/transitions.ts';
import { Attempt } from '../transfer/attempt.ts';
import type { AttemptPlan, RestPlan } from '../transfer/attempt-plan.ts';
import type { Job } from '../transfer/job.ts';
import { planAttempt } from '../transfer/plan-attempt.ts';
import { chooseDelay, countAttempt, type Failure, isRetryableMethod } from '../transfer/retry-schedule.ts';
import { Transfer } from '../transfer/transfer.ts';
import { processResponse } from './process-response.ts';
import { settleABody } from './settle-a-body.ts';
import { endOutage, waitForRetry } from './temporarily-unavailable.ts';

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
      const failure = await makeAttempt(transfer);
      const isOffline = failure && !failure.answered && !transfer.ports.connectivity.isOnline();
      if (!isOffline) endOutage(transfer);
      // a probe that fails changes nothing: days without a network must not cost a write for each
      if (isOffline && transfer.record.state === 'offline') continue;
      if (isOffline) await transfer.commit(offline);
      else if (failure) await scheduleRetry(transfer, failure);
    } catch (error) {
      endOutage(transfer);
      // purged, or settled by somebody else
      if (job.interruption || error instanceof StaleWriteError) return;
      if (!(error instanceof DOMException) || error.name !== 'QuotaExceededError') throw error;
      await transfer.settle('quota-exceeded');
    }
  }
}

/** 4. to 12., with a place among the records that transfer at a time. */
async function makeAttempt(transfer: Transfer): Promise<Failure | undefined> {
  const { job, index, lessons, options } = transfer;
  const { url } = transfer.record.request;
  const release = await job.workshop.scheduler.acquire(job.fetch.order, index, job.signal, url);
  let attempt: Attempt | undefined;
  try {
    const { record } = transfer;
    const plan = planAttempt(record, lessons, options);
    if (plan.kind === 'settle') return await settleABody(transfer);
    if (!mayBeRepeated(record)) {
      // one that was sent before a death: nobody knows what became of it
      if (record.state === 'transferring') return await transfer.settle('fetch-error');
      await transfer.commit(transferring);
    }
    attempt = new Attempt(job, () => !mayBeRepeated(transfer.record));
    if (plan.kind === 'pieces') return await fetchPieces(transfer, attempt, plan.pieces);
    return await fetchOnce(transfer, attempt, plan, false, release);
  } finally {
    attempt?.end();
    release();
  }
}

/**
 * Fetches several ranges at a time. Whatever goes wrong with one of them ends all, with their bytes kept: what to do
 * next is decided by the rules for a single range.
 */
async function fetchPieces(
  transfer: Transfer,
  attempt: Attempt,
  waiting: RestPlan[],
): Promise<Failure | undefined> {
  const { ports, lessons, options } = transfer;
  let over = false;
  let failure: Failure | undefined;
  const work = async (): Promise<void> => {
    while (!over) {
      const piece = options.takePiece(waiting, options);
      if (!piece) return;
      const started = ports.clock.now();
      const outcome = await fetchOnce(transfer, attempt, piece, true);
      lessons.fast = !outcome && ports.clock.now() - started < options.checkpointInterval;
      if (over || (!outcome && !lessons.singleRange && transfer.record.state !== 'settled')) continue;
      over = true;
      failure = outcome;
      attempt.abort();
    }
  };
  const workers = Array.from({ length: options.connections }, work);
  for (const result of await Promise.allSettled(workers)) {
    if (result.status === 'rejected') throw result.reason;
  }
  return failure;
}

/** @param release gives the record's place among those that transfer to the next one */
async function fetchOnce(
  transfer: Transfer,
  attempt: Attempt,
  plan: Exclude<AttemptPlan, { kind: 'settle' | 'pieces' }>,
  parallel: boolean,
  release = () => {},
): Promise<Failure | undefined> {
  const { network, store } = transfer.ports;
  const { id } = transfer.job.fetch;
  const { request, retries } = transfer.record;
  const sendsIfRange = network.sendsIfRange(request.url);
  const body = request.hasBody ? await store.readRequestBody(transfer.job.fetch.key, transfer.index) : null;
  const headers = rangeHeaders(plan, sendsIfRange);
  const fresh = plan.kind !== 'plain';
  // 11.
  const { signal } = attempt;
  const upload = body && transfer.options.trackUpload?.(transfer, attempt, body);
  const fetching = network.fetch({ id, retries, request, body, upload, headers, fresh, signal });
  // a network that tells how far a body is has it watched; else each of its bytes may take 1 ms
  const response = await (upload ? fetching : attempt.receive(fetching, body?.size)).catch(() => null);
  attempt.throwIfInterrupted();
  if (response) {
    endOutage(transfer);
    const sentIfRange = 'If-Range' in headers;
    return await processResponse({ transfer, attempt, plan, response, sentIfRange, parallel, release });
  }
  if (mayBeRepeated(transfer.record)) return { answered: false, retryAfter: 0 };
  return await transfer.settle('fetch-error');
}

/** What was kept of an upload can be continued. */
function mayBeRepeated({ request, upload }: StoredRecord): boolean {
  return isRetryableMethod(request.method) || !!upload;
}

/** 6.-8. */
function rangeHeaders(plan: AttemptPlan, sendsIfRange: boolean): Record<string, string> {
  if (plan.kind === 'identity') return { Range: 'bytes=0-' };
  if (plan.kind !== 'rest') return {};
  const { position, overlap, end, ifRange } = plan;
  return {
    Range: `bytes=${position - overlap}-${end === null ? '' : end - 1}`,
    ...(sendsIfRange && ifRange !== null && { 'If-Range': ifRange }),
  };
}

async function scheduleRetry(transfer: Transfer, failure: Failure): Promise<void> {
  const { clock, random } = transfer.ports;
  const { record } = transfer;
  const retries = countAttempt(record.retries, failure.answered, storedLength(record) + record.uploaded);
  const delay = chooseDelay(retries, transfer.options.retry, random.next(), failure.retryAfter);
  if (delay === null) await transfer.settle('fetch-error');
  else {
    const until = clock.now() + delay;
    await transfer.commit((current) => backingOff(current, retries, until));
  }
}
