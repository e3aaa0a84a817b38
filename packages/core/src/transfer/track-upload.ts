import type { StoredRecord, UnsettledRecord } from '../model/record.ts';
import type { RequestBody, Upload } from '../ports.ts';
import type { Wait } from './attempt.ts';

/** The part of a transfer that following an upload needs. */
interface UploadingTransfer {
  readonly job: {
    readonly signal: AbortSignal;
    mirror(index: number, next: StoredRecord): void;
    onChange(): void;
  };
  readonly index: number;
  readonly record: StoredRecord;
  commit(change: (record: UnsettledRecord) => StoredRecord): Promise<void>;
}

/** The part of the attempt that following its upload needs. */
interface UploadingAttempt {
  abort(ending: 'given-up'): void;
  receive(something: Promise<void>, wait?: Wait): Promise<void>;
}

/** The waits of an upload. */
interface Awaited {
  /** The next bytes to be taken: its request may wait for its turn in the host's own queue. */
  readonly progress: Wait;
  /** The answer, once all of the body was sent. */
  readonly answer: Wait;
  /** Resolves when the answer has come, or is waited for no longer. */
  readonly arrival: Promise<void>;
}

/**
 * Follows the transmission of a request body, for hosts whose network tells how far it is or can continue it: they
 * put this into the engine's options. Browsers do neither.
 */
export function trackUpload(
  transfer: UploadingTransfer,
  attempt: UploadingAttempt,
  body: RequestBody,
  awaited: Awaited,
): Upload {
  const { job, index } = transfer;
  let onMoved = (): void => {};
  return {
    state: transfer.record.upload,
    async keep(upload) {
      await transfer.commit((record) => {
        // the server made the continuation possible: it has answered
        const retries = { ...record.retries, answered: true };
        if (upload !== null) return { ...record, upload, retries };
        return { ...record, upload: undefined, retries, state: 'transferring' };
      });
      // the next engine can continue this upload, so that it need not be finished now
      if (upload !== null && job.signal.aborted) attempt.abort('given-up');
    },
    sent(uploaded = transfer.record.uploaded) {
      job.mirror(index, { ...transfer.record, uploaded });
      job.onChange();
      onMoved();
      const moved = new Promise<void>((resolve) => (onMoved = resolve));
      const isSent = uploaded >= body.size;
      const next = isSent ? Promise.race([moved, awaited.arrival]) : moved;
      void attempt.receive(next, isSent ? awaited.answer : awaited.progress);
    },
  };
}
