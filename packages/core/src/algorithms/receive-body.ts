import type { BodyReader, HostBytes, NetworkResponse } from '../ports.ts';
import type { Attempt } from '../transfer/attempt.ts';
import type { BodySink } from '../transfer/body-sink.ts';
import type { Job } from '../transfer/job.ts';

/** The way in which the transmission of a body ended. */
export type BodyEnd =
  /** The stream was closed: whether that is the end of the body is another question. */
  | 'closed'
  | 'cut'
  | 'too-long'
  | 'total-exceeded'
  /** The bytes fetched again are not the ones in the store. */
  | 'other-version';

/** The expectations of a body before it comes. */
export interface Expectation {
  /** The body ends before this offset, null where nobody said. */
  readonly end: number | null;
  /** Stored bytes that the response repeats before it brings new ones. */
  readonly overlap: Uint8Array;
  /** Whether a cut may lose all of it. */
  readonly atOnce: boolean;
  /** The number of bytes after which the request is given up for several at a time. */
  readonly enough: number;
  /** Called once all bytes of the body have come: its stream may be open for a while yet. */
  readonly received: () => void;
}

/**
 * Takes the bytes of a response as they are transmitted.
 * https://wicg.github.io/background-fetch/#complete-a-record-algorithm, "whenever one or more bytes are transmitted"
 * @throws what the store throws, and the reason of the job's signal
 */
export async function receiveBody(
  job: Job,
  attempt: Attempt,
  response: Pick<NetworkResponse, 'body' | 'takeWhole'>,
  sink: BodySink,
  expected: Expectation,
): Promise<BodyEnd> {
  const take = expected.atOnce && response.takeWhole;
  const reader = take ? undefined : response.body?.getReader();
  try {
    if (take) return await receiveAtOnce(job, attempt, take, sink, expected);
    return reader ? await receive(job, attempt, reader, sink, expected) : 'closed';
  } catch (error) {
    // bytes that came before a stop or a pause are not fetched again
    if (job.interruption === 'stopped') await sink.finish();
    else await sink.discard();
    throw error;
  } finally {
    // a stream that has not ended must not go on for nobody; one that has ended ignores this
    reader?.cancel().catch(() => {});
  }
}

async function receive(
  job: Job,
  attempt: Attempt,
  reader: BodyReader,
  sink: BodySink,
  { end, overlap, enough, received }: Expectation,
): Promise<BodyEnd> {
  let repeated = overlap;
  for (;;) {
    const chunk = await attempt.receive(reader.read()).catch(() => null);
    attempt.throwIfInterrupted();
    if (!chunk) return 'cut';
    if (chunk.done) return repeated.length > 0 ? 'cut' : 'closed';
    const compared = Math.min(repeated.length, chunk.value.length);
    for (let i = 0; i < compared; i++) if (chunk.value[i] !== repeated[i]) return 'other-version';
    repeated = repeated.subarray(compared);
    const bytes = chunk.value.subarray(compared);
    if (bytes.length === 0) continue;
    if (end !== null && sink.position + bytes.length > end) return 'too-long';
    if (exceedsDownloadTotal(job, bytes.length)) return 'total-exceeded';
    const writing = sink.write(bytes);
    if (sink.position === end) received();
    await writing;
    if (sink.position >= enough) attempt.abort('yielded');
  }
}

/** The bytes are not looked at: they become one checkpoint. */
async function receiveAtOnce(
  job: Job,
  attempt: Attempt,
  take: () => Promise<HostBytes>,
  sink: BodySink,
  { end }: Expectation,
): Promise<BodyEnd> {
  const bytes = await attempt.receive(take()).catch(() => null);
  attempt.throwIfInterrupted();
  if (!bytes || sink.position + bytes.size !== end) return 'cut';
  if (exceedsDownloadTotal(job, bytes.size)) return 'total-exceeded';
  sink.takeRest(bytes);
  return 'closed';
}

/** A downloadTotal of 0 means that none was given; a body of exactly that many bytes is allowed. */
function exceedsDownloadTotal(job: Job, added: number): boolean {
  const { downloadTotal } = job.fetch;
  return downloadTotal !== 0 && job.totals.downloaded + job.pendingBytes + added > downloadTotal;
}
