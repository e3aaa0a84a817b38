import type { ByteRange } from '../model/byte-ranges.ts';
import type { ResponseData } from '../model/record.ts';
import { Attempt } from '../transfer/attempt.ts';
import { BodySink } from '../transfer/body-sink.ts';
import type { Job } from '../transfer/job.ts';
import type { AttemptPlan, Lessons } from '../transfer/plan-attempt.ts';
import {
  type AttemptOutcome,
  again,
  comesLater,
  cutOff,
  mayComeLater,
  settledOutcome,
} from './process-response.ts';
import { receiveBody } from './receive-body.ts';
import { continued } from './response-data.ts';
import { validateAPartialResponse } from './validate-a-partial-response.ts';

/** What the ranges of one body have in common. */
interface Pieces {
  readonly job: Job;
  readonly index: number;
  readonly attempt: Attempt;
  readonly data: ResponseData;
  readonly ifRange: string;
  readonly lessons: Lessons;
}

/**
 * Fetches what is missing of a strongly identified body, several ranges at a time. Whatever goes wrong with one of
 * them ends all, with their bytes kept: what to do next is decided by the rules for a single range.
 */
export async function fetchPieces(
  job: Job,
  index: number,
  plan: Extract<AttemptPlan, { kind: 'pieces' }>,
  data: ResponseData,
  lessons: Lessons,
): Promise<AttemptOutcome> {
  const attempt = new Attempt(job);
  const pieces: Pieces = { job, index, attempt, data, ifRange: plan.ifRange, lessons };
  const waiting = [...plan.pieces];
  let outcome: AttemptOutcome | null = null;
  const work = async (): Promise<void> => {
    for (let piece = waiting.shift(); piece && !outcome; piece = waiting.shift()) {
      const ended = await fetchPiece(pieces, piece);
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
async function fetchPiece(pieces: Pieces, piece: ByteRange): Promise<AttemptOutcome | null> {
  const { job, index, attempt, data, ifRange, lessons } = pieces;
  const { network } = job.workshop.ports;
  const { request, retries } = job.record(index);
  const { id } = job.fetch;
  const sendsIfRange = network.sendsIfRange(request.url);
  const range = { Range: `bytes=${piece.start}-${piece.end - 1}` };
  const headers = sendsIfRange ? { ...range, 'If-Range': ifRange } : range;
  const asked = { id, retries, request, body: null, headers, fresh: true };
  const fetching = network.fetch({ ...asked, signal: attempt.signal });
  const response = await attempt.receive(fetching).catch(() => null);
  attempt.throwIfInterrupted();
  if (!response) return { kind: 'failed', answered: false, retryAfter: null };
  const content = validateAPartialResponse(piece.start, response.head, data, sendsIfRange);
  if (response.head.status !== 206 || !content?.rangeShown || !response.body) {
    await response.body?.cancel().catch(() => {});
    if (mayComeLater(job, index, response.head)) return comesLater(job, response.head);
    lessons.singleRange = true;
    return again;
  }
  const end = Math.min(piece.end, piece.start + (content.byteLength ?? 0));
  return await receivePiece(pieces, { start: piece.start, end }, response.body, content.completeLength);
}

async function receivePiece(
  { job, index, attempt, data, lessons }: Pieces,
  { start, end }: ByteRange,
  body: ReadableStream<Uint8Array>,
  completeLength: number | null,
): Promise<AttemptOutcome | null> {
  const key = { fetch: job.fetch.key, index, body: data.body };
  const sink = new BodySink(job, key, start, (record) => continued(record, completeLength, true));
  try {
    const bodyEnd = await receiveBody(job, attempt, body, sink, { end, overlap: null });
    if (bodyEnd === 'total-exceeded') {
      await sink.discard();
      await job.settle(index, 'download-total-exceeded');
      return settledOutcome;
    }
    await sink.finish();
    if (bodyEnd === 'closed' && sink.position === end) return null;
    if (bodyEnd === 'too-long') lessons.singleRange = true;
    return bodyEnd === 'too-long' ? again : cutOff;
  } catch (error) {
    if (job.interruption === 'paused' || job.interruption === 'stopped') await sink.finish();
    else await sink.discard();
    throw error;
  }
}
