import type { ByteRange } from '../model/byte-ranges.ts';
import { getHeader } from '../model/header-list.ts';
import type { ResponseData } from '../model/record.ts';
import type { NetworkResponse } from '../ports.ts';
import { Attempt } from '../transfer/attempt.ts';
import { BodySink } from '../transfer/body-sink.ts';
import type { Job } from '../transfer/job.ts';
import type { AttemptPlan, Lessons } from '../transfer/plan-attempt.ts';
import { isRetryableStatus, parseRetryAfter } from '../transfer/retry-schedule.ts';
import { type AttemptOutcome, again, cutOff } from './process-response.ts';
import { receiveBody } from './receive-body.ts';
import { continued } from './response-data.ts';
import { validateAPartialResponse } from './validate-a-partial-response.ts';

type PiecesPlan = Extract<AttemptPlan, { kind: 'pieces' }>;

/**
 * Fetches what is missing of a strongly identified body, several ranges at a time. Whatever goes wrong with one of
 * them ends all, with their bytes kept: what to do next is decided by the rules for a single range.
 */
export async function fetchPieces(
  job: Job,
  index: number,
  plan: PiecesPlan,
  data: ResponseData,
  lessons: Lessons,
): Promise<AttemptOutcome> {
  const attempt = new Attempt(job);
  const waiting = [...plan.pieces];
  let outcome: AttemptOutcome | null = null;
  const work = async (): Promise<void> => {
    for (let piece = waiting.shift(); piece && !outcome; piece = waiting.shift()) {
      const ended = await fetchPiece(job, index, piece, plan.ifRange, data, attempt, lessons);
      if (!ended) continue;
      outcome ??= ended;
      attempt.abort(new Error('Another range of this body failed'));
    }
  };
  try {
    const workers = Array.from({ length: Math.min(job.workshop.options.connections, waiting.length) }, work);
    const results = await Promise.allSettled(workers);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  } finally {
    attempt.end();
  }
  return outcome ?? again;
}

/** Resolves with null when the piece is in the store. */
async function fetchPiece(
  job: Job,
  index: number,
  piece: ByteRange,
  ifRange: string,
  data: ResponseData,
  attempt: Attempt,
  lessons: Lessons,
): Promise<AttemptOutcome | null> {
  const { network, clock } = job.workshop.ports;
  const { request } = job.record(index);
  const sendsIfRange = network.sendsIfRange(request.url);
  const range = { Range: `bytes=${piece.start}-${piece.end - 1}` };
  const headers = sendsIfRange ? { ...range, 'If-Range': ifRange } : range;
  let response: NetworkResponse;
  try {
    const fetching = network.fetch({ request, body: null, headers, fresh: true, signal: attempt.signal });
    response = await attempt.receive(fetching);
  } catch {
    attempt.throwIfInterrupted();
    return { kind: 'failed', answered: false, retryAfter: null };
  }
  const content = validateAPartialResponse(piece.start, response.head, data, sendsIfRange);
  if (response.head.status !== 206 || !content?.rangeShown || !response.body) {
    await response.body?.cancel().catch(() => {});
    if (isRetryableStatus(response.head.status)) {
      const retryAfter = parseRetryAfter(getHeader(response.head.headers, 'retry-after'), clock.now());
      return { kind: 'failed', answered: true, retryAfter };
    }
    lessons.singleRange = true;
    return again;
  }
  const sink = new BodySink(job, { fetch: job.fetch.key, index, body: data.body }, piece.start, (record) =>
    continued(record, content.completeLength, true),
  );
  try {
    const end = Math.min(piece.end, piece.start + (content.byteLength ?? 0));
    const bodyEnd = await receiveBody(job, attempt, response.body, sink, { end, overlap: null });
    if (bodyEnd === 'total-exceeded') {
      await sink.discard();
      await job.settle(index, 'download-total-exceeded');
      return { kind: 'settled' };
    }
    await sink.flush();
    if (bodyEnd === 'closed' && sink.position === end) return null;
    if (bodyEnd === 'too-long') lessons.singleRange = true;
    return bodyEnd === 'too-long' ? again : cutOff;
  } catch (error) {
    if (job.interruption === 'paused' || job.interruption === 'stopped') await sink.flush();
    else await sink.discard();
    throw error;
  }
}
