import type { BodyKey, ResponseData, StoredRecord, UnsettledRecord } from '../model/record.ts';
import { requireUnsettled, StaleWriteError, withBytes } from '../model/transitions.ts';
import type { Job } from './job.ts';

/** Applied with the first checkpoint of a response: puts its head into the record. */
export type RecordChange = (record: UnsettledRecord) => UnsettledRecord;

/**
 * Takes the bytes of one response as they come and makes them durable in checkpoints: after so many bytes, or so
 * much time. One checkpoint is written while the bytes of the next one gather; when they are many, `write` waits.
 */
export class BodySink {
  #parts: Uint8Array[] = [];
  #gathered = 0;
  #position: number;
  #writing: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;
  #cancelTimer: (() => void) | null = null;
  #head: RecordChange | null;

  /**
   * @param offset where in the body the first byte belongs
   * @param head a change of the record that its first checkpoint carries
   */
  constructor(
    readonly job: Job,
    readonly key: BodyKey,
    offset: number,
    head: RecordChange | null = null,
  ) {
    this.#position = offset;
    this.#head = head;
    const { firstCheckpointInterval, checkpointInterval } = job.workshop.options;
    this.#startTimer(head ? firstCheckpointInterval : checkpointInterval);
  }

  /** Where the next byte belongs. */
  get position(): number {
    return this.#position + this.#gathered;
  }

  /** Resolves when there is room for more. Rejects if a checkpoint failed. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#throwFailure();
    this.#parts.push(bytes);
    this.#gathered += bytes.byteLength;
    this.job.pendingBytes += bytes.byteLength;
    const { smallestCheckpoint, checkpointSize } = this.job.workshop.options;
    // what a death would lose is kept small while the store keeps up, and checkpoints grow when it does not
    if (this.#gathered < (this.#writing ? checkpointSize : smallestCheckpoint)) return;
    if (this.#writing) await this.#writing;
    this.#throwFailure();
    this.#checkpoint();
  }

  /** The record's response data as they will be when all that has come is on stable storage. */
  async preview(): Promise<ResponseData> {
    if (this.#writing) await this.#writing;
    this.#throwFailure();
    const record = requireUnsettled(this.job.record(this.key.index));
    const answered = this.#head ? this.#head(record) : record;
    const range = { start: this.#position, end: this.position };
    const { responseData } = withBytes(answered, this.key.body, range);
    if (!responseData) throw new StaleWriteError('The response is no longer stored');
    return responseData;
  }

  /** Resolves when all is on stable storage, `change` made in the same transaction as the last bytes. */
  async finish(change: (record: UnsettledRecord) => StoredRecord = (record) => record): Promise<void> {
    this.#stopTimer();
    if (this.#writing) await this.#writing;
    this.#throwFailure();
    await this.#commit(change);
  }

  /** Makes durable what has come so far, after the stream failed. */
  async flush(): Promise<void> {
    this.#stopTimer();
    if (this.#writing) await this.#writing;
    this.#throwFailure();
    if (this.#gathered > 0 || this.#head) await this.#commit((record) => record);
  }

  /** Forgets what is not in the store yet. */
  async discard(): Promise<void> {
    this.#stopTimer();
    if (this.#writing) await this.#writing;
    this.job.pendingBytes -= this.#gathered;
    this.#gathered = 0;
    this.#parts = [];
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #startTimer(delay: number): void {
    this.#cancelTimer = this.job.workshop.ports.clock.setTimer(delay, () => {
      this.#startTimer(this.job.workshop.options.checkpointInterval);
      if (!this.#writing && (this.#gathered > 0 || this.#head)) this.#checkpoint();
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #checkpoint(): void {
    this.#writing = this.#commit((record) => record).then(
      () => {
        this.#writing = null;
      },
      (error) => {
        this.#writing = null;
        this.#failure = { error };
      },
    );
  }

  async #commit(change: (record: UnsettledRecord) => StoredRecord): Promise<void> {
    const parts = this.#parts;
    const length = this.#gathered;
    const head = this.#head;
    const offset = this.#position;
    this.#parts = [];
    this.#gathered = 0;
    this.#position += length;
    this.#head = null;
    const bytes = { key: this.key, offset, parts };
    try {
      await this.job.commit(
        this.key.index,
        (record) => {
          const answered = head ? head(record) : record;
          const range = { start: offset, end: offset + length };
          return change(length > 0 ? withBytes(answered, this.key.body, range) : answered);
        },
        length > 0 ? bytes : undefined,
      );
    } finally {
      this.job.pendingBytes -= length;
    }
  }
}
