import type { BodyKey, ResponseData, StoredRecord, UnsettledRecord } from '../model/record.ts';
import { requireUnsettled, StaleWriteError, withBytes } from '../model/transitions.ts';
import type { Job } from './job.ts';

/** Applied with the first checkpoint of a response: puts its head into the record. */
export type RecordChange = (record: UnsettledRecord) => UnsettledRecord;

/**
 * Takes the bytes of one response as they come and makes them durable in checkpoints: after so many bytes, or so
 * much time. Some are written while the bytes of the next one gather; when they are many, `write` waits.
 */
export class BodySink {
  #parts: Uint8Array[] = [];
  #gathered = 0;
  #position: number;
  readonly #writing = new Set<Promise<void>>();
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
    const { smallestCheckpoint, checkpointSize, checkpointsAtOnce } = this.job.workshop.options;
    const full = this.#writing.size >= checkpointsAtOnce;
    // what a death would lose is kept small while the store keeps up, and checkpoints grow when it does not
    if (this.#gathered < (full ? checkpointSize : smallestCheckpoint)) return;
    if (full) await Promise.race(this.#writing);
    this.#throwFailure();
    this.#checkpoint();
  }

  /** The record's response data as they will be when all that has come is on stable storage. */
  async preview(): Promise<ResponseData> {
    await this.#written();
    const record = requireUnsettled(this.job.record(this.key.index));
    const answered = this.#head ? this.#head(record) : record;
    const range = { start: this.#position, end: this.position };
    const { responseData } = withBytes(answered, this.key.body, range);
    if (!responseData) throw new StaleWriteError('The response is no longer stored');
    return responseData;
  }

  /** Resolves when all that came is on stable storage, `change` made in the same transaction as the last bytes. */
  async finish(change?: (record: UnsettledRecord) => StoredRecord): Promise<void> {
    this.#stopTimer();
    await this.#written();
    if (change || this.#gathered > 0 || this.#head) await this.#commit(change);
  }

  /** Forgets what is not in the store yet. */
  async discard(): Promise<void> {
    this.#stopTimer();
    await Promise.all(this.#writing);
    this.job.pendingBytes -= this.#gathered;
    this.#gathered = 0;
    this.#parts = [];
  }

  async #written(): Promise<void> {
    await Promise.all(this.#writing);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #startTimer(delay: number): void {
    this.#cancelTimer = this.job.workshop.ports.clock.setTimer(delay, () => {
      this.#startTimer(this.job.workshop.options.checkpointInterval);
      if (this.#writing.size === 0 && (this.#gathered > 0 || this.#head)) this.#checkpoint();
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #checkpoint(): void {
    const writing = this.#commit()
      .catch((error) => {
        this.#failure ??= { error };
      })
      .then(() => void this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  async #commit(change?: (record: UnsettledRecord) => StoredRecord): Promise<void> {
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
      await this.job.workshop.ports.store.stageBytes?.(this.key, offset, parts);
      await this.job.commit(
        this.key.index,
        (record) => {
          const range = { start: offset, end: offset + length };
          const written = withBytes(head ? head(record) : record, this.key.body, range);
          return change ? change(written) : written;
        },
        bytes,
      );
    } finally {
      this.job.pendingBytes -= length;
    }
  }
}
