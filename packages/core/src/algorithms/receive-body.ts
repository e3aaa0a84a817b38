import type { Attempt } from '../transfer/attempt.ts';
import type { BodySink } from '../transfer/body-sink.ts';
import type { Job } from '../transfer/job.ts';

/** How the transmission of a body ended. */
export type BodyEnd =
  /** The stream was closed: whether that is the end of the body is another question. */
  | 'closed'
  | 'cut'
  | 'too-long'
  | 'total-exceeded'
  /** The bytes fetched again are not the ones in the store. */
  | 'other-version';

export interface Expectation {
  /** The body ends before this offset, null where nobody said. */
  readonly end: number | null;
  /** Stored bytes that the response repeats before it brings new ones. */
  readonly overlap: Uint8Array | null;
}

/**
 * Takes the bytes of a response as they are transmitted.
 * https://wicg.github.io/background-fetch/#complete-a-record-algorithm, "whenever one or more bytes are transmitted"
 * @throws what the store throws, and InterruptedError
 */
export async function receiveBody(
  job: Job,
  attempt: Attempt,
  body: ReadableStream<Uint8Array>,
  sink: BodySink,
  expected: Expectation,
): Promise<BodyEnd> {
  const reader = body.getReader();
  try {
    return await receive(job, attempt, reader, sink, expected);
  } finally {
    // does nothing to a stream that has ended; one that has not must not go on for nobody
    reader.cancel().catch(() => {});
  }
}

async function receive(
  job: Job,
  attempt: Attempt,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  sink: BodySink,
  { end, overlap }: Expectation,
): Promise<BodyEnd> {
  let compared = 0;
  for (;;) {
    const chunk = await attempt.receive(reader.read()).catch(() => null);
    attempt.throwIfInterrupted();
    if (!chunk) return 'cut';
    if (chunk.done) return overlap && compared < overlap.byteLength ? 'cut' : 'closed';
    let bytes = chunk.value;
    if (overlap && compared < overlap.byteLength) {
      const repeated = bytes.subarray(0, overlap.byteLength - compared);
      if (!sameBytes(repeated, overlap, compared)) return 'other-version';
      compared += repeated.byteLength;
      bytes = bytes.subarray(repeated.byteLength);
    }
    if (bytes.byteLength === 0) continue;
    if (end !== null && sink.position + bytes.byteLength > end) return 'too-long';
    if (exceedsDownloadTotal(job, bytes.byteLength)) return 'total-exceeded';
    await sink.write(bytes);
  }
}

/** A downloadTotal of 0 means that none was given; a body of exactly that many bytes is allowed. */
function exceedsDownloadTotal(job: Job, added: number): boolean {
  const { downloadTotal } = job.fetch;
  return downloadTotal !== 0 && job.downloaded + job.pendingBytes + added > downloadTotal;
}

function sameBytes(bytes: Uint8Array, stored: Uint8Array, offset: number): boolean {
  return bytes.every((byte, index) => byte === stored[offset + index]);
}
